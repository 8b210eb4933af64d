"""spendgate: a policy-as-code gate for what AI and cloud infrastructure costs."""

__version__ = "0.1.0"
