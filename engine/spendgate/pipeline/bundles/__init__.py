"""Bundles of policies on their way: from and to git, image layouts and tarballs."""
