output "address" {
  description = "Where the domain's A record points."
  value       = google_compute_global_address.edge.address
}

output "certificate_record" {
  description = "The DNS record that proves the domain is ours."
  value       = google_certificate_manager_dns_authorization.edge.dns_resource_record
}

output "images" {
  description = "Where images are pushed to."
  value       = "${var.region}-docker.pkg.dev/${var.project}/${google_artifact_registry_repository.images.repository_id}"
}

output "cluster" {
  description = "The cluster's name."
  value       = google_container_cluster.mediverse.name
}

output "databases" {
  description = "Connection names for the proxies, by service."
  value       = { for name, instance in google_sql_database_instance.service : name => instance.connection_name }
}
