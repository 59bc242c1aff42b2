# Redis for caches, limits and live news; nothing in it is the truth.
resource "google_redis_instance" "cache" {
  name                    = "mediverse"
  region                  = var.region
  tier                    = "STANDARD_HA"
  memory_size_gb          = 2
  redis_version           = "REDIS_7_2"
  authorized_network      = google_compute_network.mediverse.id
  connect_mode            = "PRIVATE_SERVICE_ACCESS"
  reserved_ip_range       = google_compute_global_address.cache.name
  auth_enabled            = true
  transit_encryption_mode = "SERVER_AUTHENTICATION"
  redis_configs = {
    maxmemory-policy = "allkeys-lru"
  }
  depends_on = [google_service_networking_connection.engines]
}
