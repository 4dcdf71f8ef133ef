"""The clock on the wall: heartbeats that claim, act and record, and hold no business rule.

`python -m fieldservice.jobs` runs it. Each heartbeat is one function `beat(app)` in a module
of this package, named with its interval in `heartbeats.HEARTBEATS`.
"""
