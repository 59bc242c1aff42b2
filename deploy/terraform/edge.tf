# The one address of the house: HTTPS with a certificate Google renews, HTTP only to say where HTTPS is.
resource "google_compute_global_address" "edge" {
  name = "mediverse-edge"
}

resource "google_certificate_manager_dns_authorization" "edge" {
  name   = "mediverse"
  domain = var.domain
}

resource "google_certificate_manager_certificate" "edge" {
  name = "mediverse"
  managed {
    domains            = [var.domain]
    dns_authorizations = [google_certificate_manager_dns_authorization.edge.id]
  }
}

resource "google_certificate_manager_certificate_map" "edge" {
  name = "mediverse"
}

resource "google_certificate_manager_certificate_map_entry" "edge" {
  name         = "mediverse"
  map          = google_certificate_manager_certificate_map.edge.name
  certificates = [google_certificate_manager_certificate.edge.id]
  hostname     = var.domain
}

resource "google_compute_ssl_policy" "edge" {
  name            = "mediverse"
  profile         = "MODERN"
  min_tls_version = "TLS_1_2"
}

resource "google_compute_health_check" "gateway" {
  name                = "mediverse-gateway"
  check_interval_sec  = 5
  timeout_sec         = 3
  healthy_threshold   = 1
  unhealthy_threshold = 2
  # At the port for operators: on the one for people such paths are not answered. Ready, so that a gateway that leaves, or
  # whose clock stands apart, is sent nothing.
  http_health_check {
    port_specification = "USE_FIXED_PORT"
    port               = 9090
    request_path       = "/readyz"
  }
}

resource "google_compute_backend_service" "gateway" {
  name                            = "mediverse-gateway"
  load_balancing_scheme           = "EXTERNAL_MANAGED"
  protocol                        = "HTTPS"
  health_checks                   = [google_compute_health_check.gateway.id]
  security_policy                 = google_compute_security_policy.edge.id
  connection_draining_timeout_sec = 45
  # Streams of news are kept open for so long.
  timeout_sec = 3600

  dynamic "backend" {
    for_each = var.gateway_endpoint_groups
    content {
      group                 = backend.value
      balancing_mode        = "RATE"
      max_rate_per_endpoint = 2000
    }
  }
  # Addresses of patients do not belong into logs for longer than a defence needs them: errors and refusals alone.
  log_config {
    enable      = true
    sample_rate = 0.01
  }
}

resource "google_compute_url_map" "https" {
  name            = "mediverse"
  default_service = google_compute_backend_service.gateway.id
}

resource "google_compute_target_https_proxy" "edge" {
  name            = "mediverse"
  url_map         = google_compute_url_map.https.id
  certificate_map = "//certificatemanager.googleapis.com/${google_certificate_manager_certificate_map.edge.id}"
  ssl_policy      = google_compute_ssl_policy.edge.id
}

resource "google_compute_global_forwarding_rule" "https" {
  name                  = "mediverse-https"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.edge.address
  port_range            = "443"
  target                = google_compute_target_https_proxy.edge.id
}

resource "google_compute_url_map" "http" {
  name = "mediverse-http"
  default_url_redirect {
    https_redirect         = true
    strip_query            = false
    redirect_response_code = "MOVED_PERMANENTLY_DEFAULT"
  }
}

resource "google_compute_target_http_proxy" "edge" {
  name    = "mediverse-http"
  url_map = google_compute_url_map.http.id
}

resource "google_compute_global_forwarding_rule" "http" {
  name                  = "mediverse-http"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.edge.address
  port_range            = "80"
  target                = google_compute_target_http_proxy.edge.id
}
