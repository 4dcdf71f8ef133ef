"""`python -m fieldservice.cli`: the command where it is not on the PATH."""

from __future__ import annotations

from fieldservice.cli import main

main()
