"""Mends findings in Terraform source: edits that keep comments and formatting, judged and priced again before they are offered."""
