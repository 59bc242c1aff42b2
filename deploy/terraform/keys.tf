# Keys that seal what Google keeps for us, turned every 90 days; and one that wraps the house's own data keys.
resource "google_kms_key_ring" "mediverse" {
  name       = "mediverse"
  location   = var.region
  depends_on = [google_project_service.used]
}

resource "google_kms_crypto_key" "data" {
  for_each        = toset(["cluster", "databases", "files", "secrets", "analytics", "house"])
  name            = each.value
  key_ring        = google_kms_key_ring.mediverse.id
  rotation_period = "7776000s"
  lifecycle {
    prevent_destroy = true
  }
}

data "google_project" "this" {
  project_id = var.project
}

data "google_storage_project_service_account" "storage" {
  project = var.project
}

data "google_bigquery_default_service_account" "analytics" {
  project = var.project
}

resource "google_project_service_identity" "agents" {
  provider = google-beta
  for_each = toset(["sqladmin.googleapis.com", "secretmanager.googleapis.com"])
  project  = var.project
  service  = each.value
}

# Google's own agents may use exactly the key of what they keep.
resource "google_kms_crypto_key_iam_member" "service_agents" {
  for_each = {
    cluster   = "serviceAccount:service-${data.google_project.this.number}@container-engine-robot.iam.gserviceaccount.com"
    databases = "serviceAccount:${google_project_service_identity.agents["sqladmin.googleapis.com"].email}"
    secrets   = "serviceAccount:${google_project_service_identity.agents["secretmanager.googleapis.com"].email}"
    files     = "serviceAccount:${data.google_storage_project_service_account.storage.email_address}"
    analytics = "serviceAccount:${data.google_bigquery_default_service_account.analytics.email}"
  }
  crypto_key_id = google_kms_crypto_key.data[each.key].id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = each.value
}

# Whoever opens sealed columns.
resource "google_kms_crypto_key_iam_member" "house" {
  for_each      = toset(["auth", "people", "scheduling", "notifications", "migrate"])
  crypto_key_id = google_kms_crypto_key.data["house"].id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = "serviceAccount:${google_service_account.role[each.value].email}"
}
