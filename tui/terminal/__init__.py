"""Few bytes to the terminal: cell-diff output, pacing, capabilities, clipboard."""
