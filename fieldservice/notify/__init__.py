"""How the business speaks: outbox, channels and wording."""
