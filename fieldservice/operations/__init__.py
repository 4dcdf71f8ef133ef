"""What the business does: one verb a file, given a session and the time."""
