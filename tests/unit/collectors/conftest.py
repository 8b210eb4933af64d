"""The clouds that tests of several files collect from."""

from tests.unit.collectors.azure_cloud import azure as azure
from tests.unit.collectors.azure_cloud import capacity as capacity
from tests.unit.collectors.google_cloud import assets as assets
from tests.unit.collectors.kubernetes_cluster import cluster as cluster
