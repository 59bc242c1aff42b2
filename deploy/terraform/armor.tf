# Firewall and protection against floods, before anything reaches us.
resource "google_compute_security_policy" "edge" {
  name = "mediverse-edge"
  type = "CLOUD_ARMOR"

  adaptive_protection_config {
    layer_7_ddos_defense_config {
      enable          = true
      rule_visibility = "STANDARD"
    }
  }
  advanced_options_config {
    json_parsing = "STANDARD"
    log_level    = "NORMAL"
  }

  # Injection, scripts, files of others, commands, protocol tricks: the tuned rule sets of the OWASP core rules.
  dynamic "rule" {
    for_each = {
      1000 = "sqli-v33-stable"
      1010 = "xss-v33-stable"
      1020 = "lfi-v33-stable"
      1030 = "rce-v33-stable"
      1040 = "protocolattack-v33-stable"
      1050 = "sessionfixation-v33-stable"
      1060 = "scannerdetection-v33-stable"
    }
    content {
      priority    = rule.key
      action      = "deny(403)"
      description = rule.value
      match {
        expr {
          expression = "evaluatePreconfiguredWaf('${rule.value}', {'sensitivity': 1})"
        }
      }
    }
  }

  # Guessing passwords and codes: few tries from one address.
  rule {
    priority    = 2000
    action      = "throttle"
    description = "sign-in"
    match {
      expr {
        expression = "request.method == 'POST' && request.path.matches('^/(login|users/login|auth/login|api/v1/auth/)')"
      }
    }
    rate_limit_options {
      conform_action = "allow"
      exceed_action  = "deny(429)"
      enforce_on_key = "IP"
      rate_limit_threshold {
        count        = 60
        interval_sec = 60
      }
    }
  }

  # Everything else: whoever asks much too much is held off for ten minutes.
  rule {
    priority    = 3000
    action      = "rate_based_ban"
    description = "floods"
    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
    rate_limit_options {
      conform_action   = "allow"
      exceed_action    = "deny(429)"
      enforce_on_key   = "IP"
      ban_duration_sec = 600
      rate_limit_threshold {
        count        = var.requests_per_minute
        interval_sec = 60
      }
    }
  }

  rule {
    priority    = 2147483647
    action      = "allow"
    description = "the rest"
    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
  }
}
