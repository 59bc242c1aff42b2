# An identity for each role, with no more than it needs. No keys of accounts are ever made: pods prove who they are.
resource "google_service_account" "role" {
  for_each     = toset(["gateway", "web", "auth", "people", "directory", "scheduling", "notifications", "migrate"])
  account_id   = "mediverse-${each.value}"
  display_name = "Mediverse: ${each.value}"
}

resource "google_service_account_iam_member" "workload" {
  for_each           = google_service_account.role
  service_account_id = each.value.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "serviceAccount:${var.project}.svc.id.goog[mediverse/mediverse-${each.key}]"
  depends_on         = [google_container_cluster.mediverse]
}

# Backups are made as the account that made the tables.
resource "google_service_account_iam_member" "backup" {
  service_account_id = google_service_account.role["migrate"].name
  role               = "roles/iam.workloadIdentityUser"
  member             = "serviceAccount:${var.project}.svc.id.goog[mediverse/mediverse-backup]"
  depends_on         = [google_container_cluster.mediverse]
}

# Reads secrets, and nothing else; roles are given theirs as files and read none.
resource "google_service_account" "secrets" {
  account_id   = "mediverse-secrets"
  display_name = "Mediverse: secrets into the cluster"
}

resource "google_service_account_iam_member" "secrets" {
  service_account_id = google_service_account.secrets.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "serviceAccount:${var.project}.svc.id.goog[mediverse/mediverse-secrets]"
  depends_on         = [google_container_cluster.mediverse]
}

# Opening a connection to its own instances alone.
resource "google_project_iam_member" "databases" {
  for_each = local.database_users
  project  = var.project
  role     = "roles/cloudsql.client"
  member   = "serviceAccount:${google_service_account.role[each.value.role].email}"
  condition {
    title      = "only-${each.value.database}"
    expression = "resource.name == 'projects/${var.project}/instances/mediverse-${each.value.database}'"
  }
}

resource "google_project_iam_member" "database_users" {
  for_each = local.database_users
  project  = var.project
  role     = "roles/cloudsql.instanceUser"
  member   = "serviceAccount:${google_service_account.role[each.value.role].email}"
  condition {
    title      = "only-${each.value.database}"
    expression = "resource.name == 'projects/${var.project}/instances/mediverse-${each.value.database}'"
  }
}

# Nodes write logs and numbers and read images; nothing else.
resource "google_service_account" "nodes" {
  account_id   = "mediverse-nodes"
  display_name = "Mediverse: machines of the cluster"
}

resource "google_project_iam_member" "nodes" {
  for_each = toset(["roles/logging.logWriter", "roles/monitoring.metricWriter", "roles/stackdriver.resourceMetadata.writer"])
  project  = var.project
  role     = each.value
  member   = "serviceAccount:${google_service_account.nodes.email}"
}

# Cloud Build tests, builds and rolls out.
resource "google_service_account" "builder" {
  account_id   = "mediverse-builder"
  display_name = "Mediverse: builds and rolls out"
}

resource "google_project_iam_member" "builder" {
  for_each = toset(["roles/logging.logWriter", "roles/container.developer"])
  project  = var.project
  role     = each.value
  member   = "serviceAccount:${google_service_account.builder.email}"
}
