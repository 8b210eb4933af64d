"""AWS through boto3 (extra `aws`): machines, disks, groups, notebooks, databases, networks, buckets of regions."""

from spendgate.collectors.aws.calls import CALLS, actions
from spendgate.collectors.aws.collection import Progress, collect

__all__ = ["CALLS", "Progress", "actions", "collect"]
