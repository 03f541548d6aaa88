"""The tabs of one workflow."""
