"""What kinds of objects there are: one module each, and `registry` has them all."""
