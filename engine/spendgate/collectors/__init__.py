"""Live collectors: read what runs through a cloud's own API and write it down as an inventory. Read-only calls, no more."""
