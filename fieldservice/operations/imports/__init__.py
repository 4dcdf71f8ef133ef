"""Lists as a dispatcher has them: read, checked row by row, and written once."""
