# An instance for each service: its own machine, address, key and users. None can be asked for another's data.
resource "google_sql_database_instance" "service" {
  for_each            = var.databases
  name                = "mediverse-${each.key}"
  region              = var.region
  database_version    = "POSTGRES_17"
  encryption_key_name = google_kms_crypto_key.data["databases"].id
  deletion_protection = true

  settings {
    tier              = each.value.tier
    edition           = "ENTERPRISE"
    availability_type = each.value.available ? "REGIONAL" : "ZONAL"
    disk_type         = "PD_SSD"
    disk_size         = each.value.disk_gb
    disk_autoresize   = true

    ip_configuration {
      ipv4_enabled       = false
      private_network    = google_compute_network.mediverse.id
      allocated_ip_range = google_compute_global_address.databases[each.key].name
      ssl_mode           = "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"
    }
    # Every day, and back to any second of the last fortnight. Data keys are kept apart and for less long: see keys below.
    backup_configuration {
      enabled                        = true
      start_time                     = "18:00"
      point_in_time_recovery_enabled = true
      transaction_log_retention_days = each.key == "keys" ? 7 : 14
      backup_retention_settings {
        retained_backups = each.key == "keys" ? 14 : 30
      }
    }
    database_flags {
      name  = "cloudsql.iam_authentication"
      value = "on"
    }
    database_flags {
      name  = "max_connections"
      value = "400"
    }
    insights_config {
      query_insights_enabled  = true
      record_client_address   = false
      record_application_tags = false
    }
    maintenance_window {
      day  = 7
      hour = 18
    }
  }
  depends_on = [google_service_networking_connection.engines, google_kms_crypto_key_iam_member.service_agents]
}

resource "google_sql_database" "service" {
  for_each = var.databases
  name     = each.key
  instance = google_sql_database_instance.service[each.key].name
}

# Signing in is by the role's identity: there is no password to lose. What the migrations make belongs to all who may open
# the database: ../postgres/cloud-sql.sql, once for each, says so.
resource "google_sql_user" "role" {
  for_each = local.database_users
  name     = trimsuffix(google_service_account.role[each.value.role].email, ".gserviceaccount.com")
  instance = google_sql_database_instance.service[each.value.database].name
  type     = "CLOUD_IAM_SERVICE_ACCOUNT"
}

locals {
  # Who may open which database: its owner, and the job that migrates them. Data keys are read by those who seal.
  users_of = {
    auth          = ["auth", "migrate"]
    people        = ["people", "migrate"]
    directory     = ["directory", "migrate"]
    scheduling    = ["scheduling", "migrate"]
    notifications = ["notifications", "migrate"]
    keys          = ["auth", "people", "scheduling", "notifications", "migrate"]
  }
  database_users = merge([
    for database, roles in local.users_of : {
      for role in roles : "${database}-${role}" => { database = database, role = role }
    }
  ]...)
}
