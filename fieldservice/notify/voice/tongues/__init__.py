"""How each language says days and times aloud."""
