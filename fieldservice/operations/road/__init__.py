"""What technicians see and do on the road."""
