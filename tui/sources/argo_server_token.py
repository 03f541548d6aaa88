"""A token that somebody has at hand, for one server: kept in memory alone."""

from __future__ import annotations

from tui.errors import InputError
from tui.sources.argo_server_shared import Server


class PastedToken:
    """The port that takes a token for one server."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def paste(self, text: str) -> None:
        """Log in with this from now on."""
        try:
            self._server.login.paste(text)
        except ValueError as error:
            raise InputError(f"this is no token: {error}") from error
        self._server.transport.log_in_anew()
