"""What the business remembers, one aggregate a file."""
