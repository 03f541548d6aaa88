"""What our account may do through an Argo Server: nobody can be asked, so refusals are remembered.

A verb that was refused once counts as refused in that namespace, until somebody asks anew or a few
minutes have passed: rights are granted meanwhile.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence, Set

from tui.domain.rights import Permissions, Right
from tui.errors import NotOffered
from tui.ports.operations import Operation
from tui.ports.rights import MOST_REQUESTS, Wanted
from tui.sources.argo_server_answers import RightRefused
from tui.sources.argo_server_shared import Server
from tui.sources.kubernetes_rights import KEPT, OF_THIS_MOMENT

WHY = "an Argo Server does not tell rights beforehand: what was refused is remembered"


class _Refused(Mapping[tuple[Right, str], bool]):
    """No to each of these rights, whatever object it is about."""

    def __init__(self, rights: Set[Right]) -> None:
        self._rights = rights

    def __getitem__(self, asked: tuple[Right, str]) -> bool:
        if asked[0] not in self._rights:
            raise KeyError(asked)
        return False

    def __iter__(self) -> Iterator[tuple[Right, str]]:
        return ((right, "") for right in self._rights)

    def __len__(self) -> int:
        return len(self._rights)


class ServerRights:
    """The rights port of one server."""

    def __init__(self, server: Server, *, now: Callable[[], float] = time.monotonic) -> None:
        """`now` is in seconds, from any beginning."""
        self._now = now
        self._lock = threading.Lock()
        self._refused: dict[tuple[str, Right], float] = {}
        """Namespace and right → when it was refused."""
        server.refusals.append(self.remember)

    def remember(self, error: RightRefused) -> None:
        """Something was refused for want of a right."""
        with self._lock:
            self._refused[error.namespace, error.right] = self._now()

    def known(self, namespace: str) -> Permissions:
        """What was refused lately."""
        since = self._now() - KEPT
        with self._lock:
            refused = {
                right
                for (place, right), at in self._refused.items()
                if place == namespace and at > since
            }
        return Permissions(namespace, answers=_Refused(refused), trouble=WHY)

    def needed(self, operation: Operation) -> tuple[Wanted, ...]:
        """Nobody can say: the server does by itself what it needs."""
        return ()

    def may(self, namespace: str, wanted: Wanted) -> bool:
        """Raises: NotOffered; False where it was refused."""
        if self.known(namespace).allows(wanted.right, wanted.name) is False:
            return False
        raise NotOffered(WHY, reason="NotOffered")

    def learn(
        self,
        namespace: str,
        wanted: Sequence[Wanted] = (),
        *,
        anew: bool = False,
        most: int = MOST_REQUESTS,
    ) -> Permissions:
        """What is known; who asks anew has it forgotten, but for what was refused just now."""
        if anew:
            since = self._now() - OF_THIS_MOMENT
            with self._lock:
                self._refused = {
                    key: at
                    for key, at in self._refused.items()
                    if key[0] != namespace or at > since
                }
        return self.known(namespace)
