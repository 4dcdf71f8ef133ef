"""What customers are told, one language a file."""
