"""Windows that can be kept: offered, held, booked, moved, cancelled."""
