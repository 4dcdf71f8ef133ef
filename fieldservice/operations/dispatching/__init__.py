"""The dispatcher's day: seen, changed by hand, published."""
