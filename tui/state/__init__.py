"""What we know now: pure, changed on the event loop only."""
