"""What happened, and telling other systems: numbered, signed, tried again, replayable."""
