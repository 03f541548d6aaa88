"""Who we are to a cluster: what our token says, else what the cluster answers when asked.

The token comes first because it says what Argo takes from it (argo.md 5.0): the subject without the
prefix that an API server may put before it, and the address. Whoever acts in the name of another,
or has no such token, is who the cluster says (SelfSubjectReview, Kubernetes 1.28 and newer).
"""

from __future__ import annotations

import threading
from typing import Any

import msgspec

from tui.errors import Missing, Refused, Rejected
from tui.ports.identity import Caller
from tui.sources.cluster import Cluster
from tui.sources.health import DISCOVERY
from tui.sources.paths import SELF_SUBJECT_REVIEWS

ANONYMOUS = "system:anonymous"
REVIEW = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}


class _UserInfo(msgspec.Struct):
    username: str = ""


class _Status(msgspec.Struct, rename="camel"):
    user_info: _UserInfo = msgspec.field(default_factory=_UserInfo)


class _Review(msgspec.Struct):
    status: _Status = msgspec.field(default_factory=_Status)


class KubernetesIdentity:
    """The identity port of one cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._transport = cluster.transport
        self._lock = threading.Lock()
        self._known: tuple[Caller | None] | None = None

    def caller(self) -> Caller | None:
        """Who we are; a refusal means that nobody says, and is not asked about again."""
        with self._lock:
            if self._known is None:
                self._known = (self._by_token() or self._by_review(),)
            return self._known[0]

    def authorization(self) -> str:
        """What every request carries."""
        return self._transport.authorization()

    def prove(self) -> None:
        """Ask for what everybody may read who is logged in. Raises: SourceError."""
        self._transport.get(DISCOVERY)

    def _by_token(self) -> Caller | None:
        claims = self._transport.claims()
        subject = _text(claims, "sub")
        if not subject:
            return None
        return Caller(subject, _text(claims, "email"), _text(claims, "preferred_username"))

    def _by_review(self) -> Caller | None:
        try:
            answer = self._transport.send("POST", SELF_SUBJECT_REVIEWS, body=REVIEW)
        except (Refused, Missing, Rejected):
            return None
        try:
            name = msgspec.json.decode(answer, type=_Review).status.user_info.username
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return None
        return Caller(name) if name and name != ANONYMOUS else None


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""
