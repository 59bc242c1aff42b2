# Private nodes over three zones; policies between pods are enforced by the data plane.
resource "google_container_cluster" "mediverse" {
  name       = "mediverse"
  location   = var.region
  network    = google_compute_network.mediverse.id
  subnetwork = google_compute_subnetwork.cluster.id

  remove_default_node_pool = true
  initial_node_count       = 1
  deletion_protection      = true
  datapath_provider        = "ADVANCED_DATAPATH"
  enable_shielded_nodes    = true

  ip_allocation_policy {
    cluster_secondary_range_name  = "pods"
    services_secondary_range_name = "services"
  }
  private_cluster_config {
    enable_private_nodes    = true
    enable_private_endpoint = false
    master_ipv4_cidr_block  = "172.16.0.0/28"
  }
  master_authorized_networks_config {
    dynamic "cidr_blocks" {
      for_each = var.operators
      content {
        display_name = cidr_blocks.key
        cidr_block   = cidr_blocks.value
      }
    }
  }
  workload_identity_config {
    workload_pool = "${var.project}.svc.id.goog"
  }
  # What Kubernetes keeps (secrets among it) is sealed with our own key.
  database_encryption {
    state    = "ENCRYPTED"
    key_name = google_kms_crypto_key.data["cluster"].id
  }
  release_channel {
    channel = "REGULAR"
  }
  maintenance_policy {
    recurring_window {
      # 01:00 to 05:00 in Jakarta, Saturday and Sunday.
      start_time = "2026-01-03T18:00:00Z"
      end_time   = "2026-01-03T22:00:00Z"
      recurrence = "FREQ=WEEKLY;BYDAY=FR,SA"
    }
  }
  monitoring_config {
    enable_components = ["SYSTEM_COMPONENTS"]
    managed_prometheus {
      enabled = true
    }
  }
  depends_on = [google_kms_crypto_key_iam_member.service_agents]
}

resource "google_container_node_pool" "roles" {
  name     = "roles"
  cluster  = google_container_cluster.mediverse.id
  location = var.region

  autoscaling {
    min_node_count = var.nodes.least
    max_node_count = var.nodes.most
  }
  management {
    auto_repair  = true
    auto_upgrade = true
  }
  upgrade_settings {
    max_surge       = 1
    max_unavailable = 0
  }
  node_config {
    machine_type    = var.nodes.machine
    image_type      = "COS_CONTAINERD"
    disk_type       = "pd-balanced"
    disk_size_gb    = 50
    service_account = google_service_account.nodes.email
    oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]
    shielded_instance_config {
      enable_secure_boot          = true
      enable_integrity_monitoring = true
    }
    workload_metadata_config {
      mode = "GKE_METADATA"
    }
  }
}
