"""What things are: pure values and rules. No clock, no threads, no I/O, no Textual."""
