"""Who we are to an Argo Server: what it reads in our token.

It proves nothing: the server believes what a token says of itself, and looks at whether it is good
when it asks Kubernetes (argo.md 9). So the token is tried by a list of one.
"""

from __future__ import annotations

import threading

import msgspec

from tui.errors import Refused
from tui.ports.identity import Caller
from tui.sources.answers import UNREADABLE
from tui.sources.argo_server_paths import USER_INFO, collection, options, projected
from tui.sources.argo_server_shared import Server
from tui.sources.argo_server_streams import unreadable_answer
from tui.sources.paths import resource_of


class _UserInfo(msgspec.Struct, rename="camel"):
    subject: str = ""
    name: str = ""
    email: str = ""
    groups: tuple[str, ...] | None = None
    issuer: str = ""
    service_account_name: str = ""
    service_account_namespace: str = ""


class ServerIdentity:
    """The identity port of one server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._lock = threading.Lock()
        self._known: tuple[int, Caller | None] | None = None

    def caller(self) -> Caller | None:
        """Who we are, in the server's words; None where it says nothing."""
        with self._lock:
            pastes = self._server.login.pastes
            if self._known is None or self._known[0] != pastes:
                self._known = pastes, self._asked()
            return self._known[1]

    def _asked(self) -> Caller | None:
        body = self._server.transport.get(USER_INFO)
        try:
            told = msgspec.json.decode(body, type=_UserInfo)
        except UNREADABLE as error:
            raise unreadable_answer(error) from error
        subject = told.subject or told.name or told.email
        if not subject:
            return None
        account = "/".join(
            filter(None, (told.service_account_namespace, told.service_account_name))
        )
        return Caller(
            subject,
            told.email,
            told.name,
            groups=told.groups or (),
            issuer=told.issuer,
            service_account=account,
        )

    def authorization(self) -> str:
        """What every request carries."""
        return self._server.transport.authorization()

    def prove(self) -> None:
        """Find out whether the server takes our token. Raises: Unauthenticated, SourceError.

        That a right lacks is an answer: somebody is known to lack it.
        """
        namespace = self._server.place.namespace.partition(",")[0].strip()
        query = [*options(limit=1), *projected("metadata")]
        try:
            self._server.transport.get(collection(resource_of("wf"), namespace), query)
        except Refused as error:
            if error.status != 403:
                raise
