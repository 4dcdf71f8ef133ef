"""Letters: what is written to a customer by e-mail or on paper, in four languages."""
