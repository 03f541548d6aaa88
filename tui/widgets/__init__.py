"""How things are drawn. They know domain values, never a source."""
