"""What visits owe their customers, how it is delivered, and what they answer."""
