resource "google_compute_global_address" "api" {
  name = "chat-api"
}

resource "google_compute_health_check" "api" {
  name                = "chat-api"
  check_interval_sec  = 10
  unhealthy_threshold = 3
  http_health_check {
    port         = 8000
    request_path = "/health"
  }
}

resource "google_compute_backend_service" "api" {
  name                  = "chat-api"
  protocol              = "HTTP"
  port_name             = "http"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  timeout_sec           = 600
  health_checks         = [google_compute_health_check.api.id]
  log_config {
    enable      = true
    sample_rate = 0.1
  }
}

resource "google_compute_url_map" "api" {
  name            = "chat-api"
  default_service = google_compute_backend_service.api.id
}

resource "google_compute_managed_ssl_certificate" "api" {
  name = "chat-api"
  managed {
    domains = ["chat.example.com"]
  }
}

resource "google_compute_target_https_proxy" "api" {
  name             = "chat-api"
  url_map          = google_compute_url_map.api.id
  ssl_certificates = [google_compute_managed_ssl_certificate.api.id]
}

resource "google_compute_global_forwarding_rule" "api" {
  name                  = "chat-api"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  port_range            = "443"
  ip_address            = google_compute_global_address.api.address
  target                = google_compute_target_https_proxy.api.id
}
