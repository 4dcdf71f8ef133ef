"""What programs send and are told, one kind of record a file."""
