"""What a source offers, in small protocols and the values they speak in."""
