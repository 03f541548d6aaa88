"""Giving a connection a token that somebody has at hand."""

from __future__ import annotations

from typing import Protocol


class TokenLogin(Protocol):
    """What takes a token in place of the one that it has, if any."""

    def paste(self, text: str) -> None:
        """Log in with this from now on; it is kept nowhere but in memory.

        Raises: InputError for what cannot be a token; its words have nothing of it.
        """
