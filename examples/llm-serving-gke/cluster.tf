resource "google_service_account" "nodes" {
  account_id   = "llm-nodes"
  display_name = "Nodes that serve models"
}

resource "google_project_iam_member" "nodes" {
  for_each = toset(["roles/logging.logWriter", "roles/storage.objectViewer"])
  project  = var.project
  role     = each.value
  member   = google_service_account.nodes.member
}

resource "google_container_cluster" "serving" {
  name                     = "serving"
  location                 = var.region
  node_locations           = ["us-central1-a", "us-central1-b"]
  network                  = google_compute_network.main.id
  subnetwork               = google_compute_subnetwork.main.id
  remove_default_node_pool = true
  initial_node_count       = 1
  resource_labels          = local.labels
  release_channel {
    channel = "REGULAR"
  }
  private_cluster_config {
    enable_private_nodes    = true
    enable_private_endpoint = true
  }
  workload_identity_config {
    workload_pool = "${var.project}.svc.id.goog"
  }
}

resource "google_container_node_pool" "system" {
  name    = "system"
  cluster = google_container_cluster.serving.id
  autoscaling {
    min_node_count = 1
    max_node_count = 3
  }
  node_config {
    machine_type    = "e2-standard-4"
    disk_size_gb    = 100
    disk_type       = "pd-balanced"
    service_account = google_service_account.nodes.email
    resource_labels = local.labels
  }
}

# Two L4 a node: with 40 nodes at the most this pool may take 80 of them.
resource "google_container_node_pool" "l4" {
  name    = "l4"
  cluster = google_container_cluster.serving.id
  autoscaling {
    total_min_node_count = 4
    total_max_node_count = var.l4_max_nodes
    location_policy      = "ANY"
  }
  node_config {
    machine_type    = "g2-standard-24"
    disk_size_gb    = 200
    disk_type       = "pd-balanced"
    service_account = google_service_account.nodes.email
    resource_labels = local.labels
    guest_accelerator {
      type  = "nvidia-l4"
      count = 2
    }
  }
}

resource "google_container_node_pool" "a100" {
  name           = "a100"
  cluster        = google_container_cluster.serving.id
  node_locations = ["us-central1-a"]
  autoscaling {
    total_min_node_count = 1
    total_max_node_count = 4
    location_policy      = "ANY"
  }
  node_config {
    machine_type    = "a2-ultragpu-1g"
    disk_size_gb    = 200
    disk_type       = "pd-balanced"
    service_account = google_service_account.nodes.email
    resource_labels = local.labels
    guest_accelerator {
      type  = "nvidia-a100-80gb"
      count = 1
    }
  }
}

resource "google_storage_bucket" "models" {
  name                        = "${var.project}-models"
  location                    = "US-CENTRAL1"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  labels                      = { data-kind = "model" }
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age            = 90
      matches_prefix = ["checkpoints/"]
    }
  }
  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }
    condition {
      age = 7
    }
  }
}

resource "google_compute_disk" "weights" {
  name = "llm-weights"
  type = "pd-ssd"
  size = 1000
  zone = "us-central1-a"
}

resource "google_redis_instance" "prompts" {
  name                    = "prompts"
  display_name            = "Prompt cache"
  tier                    = "STANDARD_HA"
  memory_size_gb          = 16
  replica_count           = 1
  redis_version           = "REDIS_7_2"
  auth_enabled            = true
  transit_encryption_mode = "SERVER_AUTHENTICATION"
  connect_mode            = "PRIVATE_SERVICE_ACCESS"
  authorized_network      = google_compute_network.main.id
  redis_configs           = { maxmemory-policy = "allkeys-lru" }
}
