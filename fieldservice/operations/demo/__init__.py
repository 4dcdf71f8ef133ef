"""Postvenda Andorra, the company to try everything with: made from a seed, by the same verbs."""
