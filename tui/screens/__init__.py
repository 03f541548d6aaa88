"""Which things are together."""
