"""The planner: pure arithmetic over visits, shifts and travel times."""
