# One network; nothing in it has a public address but the load balancer.
resource "google_compute_network" "mediverse" {
  name                    = "mediverse"
  auto_create_subnetworks = false
  depends_on              = [google_project_service.used]
}

resource "google_compute_subnetwork" "cluster" {
  name                     = "mediverse-cluster"
  network                  = google_compute_network.mediverse.id
  region                   = var.region
  ip_cidr_range            = "10.10.0.0/20"
  private_ip_google_access = true

  secondary_ip_range {
    range_name    = "pods"
    ip_cidr_range = "10.60.0.0/16"
  }
  secondary_ip_range {
    range_name    = "services"
    ip_cidr_range = "10.61.0.0/20"
  }
  log_config {
    aggregation_interval = "INTERVAL_5_MIN"
    flow_sampling        = 0.1
    metadata             = "EXCLUDE_ALL_METADATA"
  }
}

# Out to providers (payments, messages) without being reachable from there.
resource "google_compute_router" "out" {
  name    = "mediverse-out"
  network = google_compute_network.mediverse.id
  region  = var.region
}

resource "google_compute_router_nat" "out" {
  name                               = "mediverse-out"
  router                             = google_compute_router.out.name
  region                             = var.region
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "ALL_SUBNETWORKS_ALL_IP_RANGES"
}

# A range of its own for each database and one for the cache, so that a network policy can tell them apart.
resource "google_compute_global_address" "databases" {
  for_each      = local.database_ranges
  name          = "mediverse-database-${each.key}"
  network       = google_compute_network.mediverse.id
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  address       = each.value
  prefix_length = 24
}

resource "google_compute_global_address" "cache" {
  name          = "mediverse-cache"
  network       = google_compute_network.mediverse.id
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  address       = "10.65.0.0"
  prefix_length = 24
}

resource "google_service_networking_connection" "engines" {
  network                 = google_compute_network.mediverse.id
  service                 = "servicenetworking.googleapis.com"
  reserved_peering_ranges = concat([for range in google_compute_global_address.databases : range.name], [google_compute_global_address.cache.name])
}

locals {
  database_ranges = {
    auth          = "10.64.1.0"
    people        = "10.64.2.0"
    directory     = "10.64.3.0"
    scheduling    = "10.64.4.0"
    keys          = "10.64.5.0"
    notifications = "10.64.6.0"
  }
}

# Google's own interfaces by addresses that are reached without leaving this network: the policies of pods name them
# (overlays/prod/databases.yaml).
resource "google_dns_managed_zone" "interfaces" {
  name       = "mediverse-interfaces"
  dns_name   = "googleapis.com."
  visibility = "private"
  private_visibility_config {
    networks {
      network_url = google_compute_network.mediverse.id
    }
  }
  depends_on = [google_project_service.used]
}

resource "google_dns_record_set" "interfaces" {
  managed_zone = google_dns_managed_zone.interfaces.name
  name         = "private.googleapis.com."
  type         = "A"
  ttl          = 300
  rrdatas      = ["199.36.153.8", "199.36.153.9", "199.36.153.10", "199.36.153.11"]
}

resource "google_dns_record_set" "every_interface" {
  managed_zone = google_dns_managed_zone.interfaces.name
  name         = "*.googleapis.com."
  type         = "CNAME"
  ttl          = 300
  rrdatas      = ["private.googleapis.com."]
}

# What is not allowed is refused, and written down.
resource "google_compute_firewall" "deny_all" {
  name      = "mediverse-deny-all"
  network   = google_compute_network.mediverse.id
  direction = "INGRESS"
  priority  = 65000
  deny {
    protocol = "all"
  }
  source_ranges = ["0.0.0.0/0"]
  log_config {
    metadata = "EXCLUDE_ALL_METADATA"
  }
}

# The load balancer to the gateway's port, its health checks to the one for operators, and to no other.
resource "google_compute_firewall" "load_balancer" {
  name      = "mediverse-load-balancer"
  network   = google_compute_network.mediverse.id
  direction = "INGRESS"
  priority  = 1000
  allow {
    protocol = "tcp"
    ports    = ["8443", "9090"]
  }
  source_ranges           = ["35.191.0.0/16", "130.211.0.0/22"]
  target_service_accounts = [google_service_account.nodes.email]
}
