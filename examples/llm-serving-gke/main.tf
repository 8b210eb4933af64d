terraform {
  required_version = ">= 1.8"
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 6.40"
    }
  }
}

variable "project" {
  type = string
}

variable "region" {
  type    = string
  default = "us-central1"
}

variable "environment" {
  type    = string
  default = "prod"
}

variable "l4_max_nodes" {
  description = "Nodes of the L4 pool at the most, all zones together."
  type        = number
  default     = 16
}

locals {
  labels = { tier = "serving" }
}

provider "google" {
  project = var.project
  region  = var.region
  default_labels = {
    application = "chat-serving"
    environment = "prod"
    owner       = "llm-platform"
    cost-center = "cc-2042"
  }
}

resource "google_project_service" "apis" {
  for_each           = toset(["aiplatform.googleapis.com", "container.googleapis.com"])
  service            = each.value
  disable_on_destroy = false
}

resource "google_compute_network" "main" {
  name                    = "serving"
  auto_create_subnetworks = false
}

resource "google_compute_subnetwork" "main" {
  name                     = "serving"
  network                  = google_compute_network.main.id
  ip_cidr_range            = "10.20.0.0/18"
  private_ip_google_access = true
  secondary_ip_range {
    range_name    = "pods"
    ip_cidr_range = "10.64.0.0/14"
  }
  secondary_ip_range {
    range_name    = "services"
    ip_cidr_range = "10.68.0.0/20"
  }
}

resource "google_compute_router" "main" {
  name    = "serving"
  network = google_compute_network.main.id
}

resource "google_compute_router_nat" "main" {
  name                               = "serving"
  router                             = google_compute_router.main.name
  region                             = var.region
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "ALL_SUBNETWORKS_ALL_IP_RANGES"
  enable_dynamic_port_allocation     = true
}
