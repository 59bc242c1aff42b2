# Not planned or applied where it was written: parsed, formatted, and its references checked. Plan it before use.
terraform {
  required_version = ">= 1.9"
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 7.0"
    }
    # Service agents can be asked for here only.
    google-beta = {
      source  = "hashicorp/google-beta"
      version = "~> 7.0"
    }
  }
  # The state holds secrets: encrypted, versioned, with a lock. The bucket is given at `terraform init`.
  backend "gcs" {}
}

provider "google" {
  project = var.project
  region  = var.region
}

provider "google-beta" {
  project = var.project
  region  = var.region
}
