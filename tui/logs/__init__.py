"""Reading logs: of one container wherever its log is, of several at a time, and keeping them."""
