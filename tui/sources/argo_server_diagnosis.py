"""What an Argo Server tells of itself."""

from __future__ import annotations

import msgspec

from tui.errors import Missing, NotOffered, SourceError
from tui.ports.diagnosis import ArgoFacts, LoginFacts, ServerFacts
from tui.sources.argo_server_paths import PLACES, VERSION, archived_path
from tui.sources.argo_server_shared import Server
from tui.sources.kubernetes_diagnosis import end_of_token, timed
from tui.sources.transport import decoded

NO_RUN = "00000000-0000-0000-0000-000000000000"
"""The uid of no workflow: without an archive to look in a server answers with another error."""
NOT_SUPPORTED = "not supported"


class ServerDiagnosis:
    """The diagnosis port of one server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._transport = server.transport

    def login(self) -> LoginFacts:
        """By what gives the token."""
        ends = end_of_token(self._transport.claims())
        return LoginFacts(self._server.login.named, ends=ends)

    def server(self) -> ServerFacts:
        """By its version, which it tells to anybody (argo.md 9)."""
        facts, body = timed(self._transport, VERSION)
        told = decoded(body)
        version = told.get("version") if isinstance(told, dict) else None
        return msgspec.structs.replace(facts, version=str(version or ""))

    def argo(self) -> ArgoFacts:
        """A server has all of Argo's kinds; which controller runs them it does not say."""
        return ArgoFacts(frozenset(PLACES), archive=self._has_archive())

    def measures(self) -> bool:
        """Raises: NotOffered."""
        raise NotOffered("an Argo Server measures no pods: only Kubernetes does")

    def _has_archive(self) -> bool | None:
        """A list says nothing: without an archive it is empty, as that of an empty one."""
        try:
            self._transport.get(archived_path(NO_RUN))
        except Missing:
            return True
        except SourceError as error:
            return False if NOT_SUPPORTED in error.what else None
        return True
