"""Where artifacts are kept, and how to read them."""
