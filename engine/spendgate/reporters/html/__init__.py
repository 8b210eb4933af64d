"""The report as one page that needs nothing else: no server, no network, and no scripts to be read."""
