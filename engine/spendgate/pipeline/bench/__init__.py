"""The bench of whoever writes policies: try a field, explain a verdict, run tests, compare old policies with new ones."""
