# Counts and times for analysis: facts by id, never names, contacts or anything medical.
resource "google_bigquery_dataset" "analytics" {
  dataset_id                 = "mediverse"
  location                   = var.region
  delete_contents_on_destroy = false
  default_encryption_configuration {
    kms_key_name = google_kms_crypto_key.data["analytics"].id
  }
  depends_on = [google_kms_crypto_key_iam_member.service_agents]
}

resource "google_bigquery_dataset_iam_member" "writer" {
  dataset_id = google_bigquery_dataset.analytics.dataset_id
  role       = "roles/bigquery.dataEditor"
  member     = "serviceAccount:${google_service_account.role["scheduling"].email}"
}
