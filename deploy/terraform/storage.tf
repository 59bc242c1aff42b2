# Photos and documents; and backups, which nobody may change or delete before their time.
resource "google_storage_bucket" "files" {
  name                        = "${var.project}-mediverse-files"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  encryption {
    default_kms_key_name = google_kms_crypto_key.data["files"].id
  }
  versioning {
    enabled = true
  }
  lifecycle_rule {
    condition {
      num_newer_versions = 1
      # An erased document is gone from here too within this time.
      days_since_noncurrent_time = 30
    }
    action {
      type = "Delete"
    }
  }
  depends_on = [google_kms_crypto_key_iam_member.service_agents]
}

resource "google_storage_bucket" "backups" {
  name                        = "${var.project}-mediverse-backups"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  encryption {
    default_kms_key_name = google_kms_crypto_key.data["files"].id
  }
  retention_policy {
    retention_period = 2592000
  }
  lifecycle_rule {
    condition {
      age = 35
    }
    action {
      type = "Delete"
    }
  }
  depends_on = [google_kms_crypto_key_iam_member.service_agents]
}

resource "google_storage_bucket_iam_member" "files" {
  for_each = toset(["people", "directory", "web"])
  bucket   = google_storage_bucket.files.name
  role     = each.value == "web" ? "roles/storage.objectViewer" : "roles/storage.objectUser"
  member   = "serviceAccount:${google_service_account.role[each.value].email}"
}

resource "google_storage_bucket_iam_member" "backups" {
  bucket = google_storage_bucket.backups.name
  role   = "roles/storage.objectCreator"
  member = "serviceAccount:${google_service_account.role["migrate"].email}"
}
