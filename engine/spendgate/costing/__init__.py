"""Costing: what resources use, what that costs, and what a change makes of it."""
