"""Customers: found, kept, let in by their own links and codes."""
