# Secrets by name; their values are put in by hand or by the services that make them, never by these files, except for
# the cache's, which Google makes. Each is read by those who need it.
locals {
  secret_readers = {
    database-auth-url          = ["auth", "migrate"]
    database-people-url        = ["people", "migrate"]
    database-directory-url     = ["directory", "migrate"]
    database-scheduling-url    = ["scheduling", "migrate"]
    database-notifications-url = ["notifications", "migrate"]
    database-keys-url          = ["auth", "people", "scheduling", "notifications", "migrate"]
    broker-url                 = ["web", "auth", "people", "directory", "scheduling", "notifications", "migrate"]
    cache-url                  = ["gateway", "web", "auth", "people", "directory", "scheduling", "notifications"]
    master-key                 = ["gateway", "web", "auth", "people", "directory", "scheduling", "notifications", "migrate"]
    gateway-certificate        = ["gateway"]
    gateway-certificate-key    = ["gateway"]
    service-key-gateway        = ["gateway"]
    service-key-web            = ["web"]
    service-key-auth           = ["auth"]
    service-key-people         = ["people"]
    service-key-directory      = ["directory"]
    service-key-scheduling     = ["scheduling"]
    service-key-notifications  = ["notifications"]
  }
  secret_grants = merge([
    for secret, roles in local.secret_readers : {
      for role in roles : "${secret}-${role}" => { secret = secret, role = role }
    }
  ]...)
}

resource "google_secret_manager_secret" "named" {
  for_each  = local.secret_readers
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

resource "google_secret_manager_secret_iam_member" "readers" {
  for_each  = local.secret_grants
  secret_id = google_secret_manager_secret.named[each.value.secret].id
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:${google_service_account.role[each.value.role].email}"
}
