"""The commands that print what the screens show, without Textual."""
