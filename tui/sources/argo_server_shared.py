"""What the ports of one Argo Server share."""

from __future__ import annotations

from collections.abc import Callable

from tui.ports.connection import Place
from tui.sources.argo_server_answers import RightRefused
from tui.sources.argo_server_collections import Polls
from tui.sources.argo_server_login import ServerLogin
from tui.sources.transport import Transport


class Server:
    """One server, seen as one user: what its ports share."""

    def __init__(
        self, transport: Transport, place: Place, login: ServerLogin, *, read_only: bool = False
    ) -> None:
        self.transport = transport
        self.place = place
        self.login = login
        self.read_only = read_only
        """Whether the transport lets no write out."""
        self.polls = Polls()
        self.refusals: list[Callable[[RightRefused], object]] = []
        """Who is told of each right that a write was refused for."""
