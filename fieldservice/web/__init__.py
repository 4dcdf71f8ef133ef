"""The front door: pages for dispatchers, technicians and customers."""
