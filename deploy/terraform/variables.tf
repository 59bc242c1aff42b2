variable "project" {
  description = "The Google Cloud project."
  type        = string
}

variable "region" {
  description = "Jakarta by default: health data of Indonesians stay in the country."
  type        = string
  default     = "asia-southeast2"
}

variable "domain" {
  description = "The name people type, such as klinik.example."
  type        = string
}

variable "databases" {
  description = "A Cloud SQL instance for each service: machine, GiB of disk at first, whether a second zone stands by."
  type = map(object({
    tier      = string
    disk_gb   = number
    available = bool
  }))
  default = {
    auth          = { tier = "db-custom-2-7680", disk_gb = 50, available = true }
    people        = { tier = "db-custom-2-7680", disk_gb = 50, available = true }
    directory     = { tier = "db-custom-1-3840", disk_gb = 20, available = true }
    scheduling    = { tier = "db-custom-4-15360", disk_gb = 200, available = true }
    keys          = { tier = "db-custom-1-3840", disk_gb = 10, available = true }
    notifications = { tier = "db-custom-1-3840", disk_gb = 50, available = true }
  }
}

variable "nodes" {
  description = "Machines of the cluster in each zone, and their kind."
  type = object({
    machine = string
    least   = number
    most    = number
  })
  default = { machine = "e2-standard-4", least = 1, most = 8 }
}

variable "gateway_endpoint_groups" {
  description = "Self links of the endpoint groups that the cluster made for the service mediverse-gateway, one a zone; empty at the first apply, before there is one."
  type        = list(string)
  default     = []
}

variable "operators" {
  description = "Networks from which the cluster's interface may be reached, by name."
  type        = map(string)
  default     = {}
}

variable "requests_per_minute" {
  description = "What one address may ask at the edge before it is held off for ten minutes. Clinics sit behind one address each."
  type        = number
  default     = 3000
}
