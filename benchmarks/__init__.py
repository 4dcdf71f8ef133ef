"""Figures of weight and speed, taken on real servers by one command: `make bench`."""
