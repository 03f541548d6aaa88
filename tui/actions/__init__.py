"""What one can do: a pure plan each, then performed through a source."""
