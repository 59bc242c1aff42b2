# Secrets by name; their values are put in by hand or by the services that make them, never by these files, except for
# the cache's, which Google makes. Databases have none: whoever asks them is known by identity. One account reads them, for
# the operator that gives each role its own (overlays/prod/secrets.yaml).
locals {
  secrets = toset([
    "broker-url",
    "cache-url",
    "cache-authority",
    "master-key",
    "gateway-certificate",
    "gateway-certificate-key",
    "service-key-gateway",
    "service-key-web",
    "service-key-auth",
    "service-key-people",
    "service-key-directory",
    "service-key-scheduling",
    "service-key-notifications",
  ])
}

resource "google_secret_manager_secret" "named" {
  for_each  = local.secrets
  secret_id = "mediverse-${each.key}"
  replication {
    user_managed {
      replicas {
        location = var.region
        customer_managed_encryption {
          kms_key_name = google_kms_crypto_key.data["secrets"].id
        }
      }
    }
  }
  depends_on = [google_kms_crypto_key_iam_member.service_agents]
}

resource "google_secret_manager_secret_version" "cache" {
  secret      = google_secret_manager_secret.named["cache-url"].id
  secret_data = "rediss://:${google_redis_instance.cache.auth_string}@${google_redis_instance.cache.host}:${google_redis_instance.cache.port}/0"
}

# The old and the new while Google changes it: roles trust both.
resource "google_secret_manager_secret_version" "cache_authority" {
  secret      = google_secret_manager_secret.named["cache-authority"].id
  secret_data = join("\n", google_redis_instance.cache.server_ca_certs[*].cert)
}

resource "google_secret_manager_secret_iam_member" "reader" {
  for_each  = local.secrets
  secret_id = google_secret_manager_secret.named[each.key].id
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:${google_service_account.secrets.email}"
}
