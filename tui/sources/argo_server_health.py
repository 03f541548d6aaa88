"""How the requests to an Argo Server go, and asking again where they fail."""

from __future__ import annotations

from contextlib import suppress

from tui.errors import SourceError
from tui.sources.argo_server_identity import ServerIdentity
from tui.sources.argo_server_shared import Server


class ServerHealth:
    """How the requests to one server go."""

    def __init__(self, server: Server) -> None:
        self._transport = server.transport
        self._identity = ServerIdentity(server)

    @property
    def trouble(self) -> SourceError | None:
        """Why the last request failed; None while requests are answered."""
        failed = self._transport.health.failed
        return failed[1] if failed else None

    def check(self) -> None:
        """Ask for a list of one, which takes a good token, and Kubernetes behind the server."""
        if self._transport.health.failed is not None:
            with suppress(SourceError):  # noted, and told by `trouble`
                self._identity.prove()
