"""What is said on the telephone: scripts as state machines, their words, their voices."""
