"""Where workflows come from. Blocking code for threads of its own; no Textual."""
