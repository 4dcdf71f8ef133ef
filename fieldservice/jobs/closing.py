"""Whether the clock is about to stop: long work looks here and ends early."""

from __future__ import annotations

import threading

CLOSING = threading.Event()
