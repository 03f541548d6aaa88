"""What stores are asked for artifacts, on several threads."""

from __future__ import annotations

import threading
from typing import Any, cast

from tui.artifacts import Stores
from tui.artifacts.base import StoreError
from tui.domain.location import S3Location
from tui.panes.artifact_lookup import ArtifactLookup


class Denying:
    """Stores of which each thread is told that the others are there, too."""

    def __init__(self, threads: int) -> None:
        self._together = threading.Barrier(threads)

    @property
    def uses_own_credentials(self) -> bool:
        self._together.wait(10)
        return False

    def own_credentials(self, location: object) -> str:
        return "the profile ops"


def test_other_credentials_are_offered_once_however_many_logins_are_refused_at_once() -> None:
    lookup = ArtifactLookup(cast(Stores, Denying(2)), cast(Any, None))
    offered: list[object] = []

    def keep(message: object) -> bool:
        offered.append(message)
        return True

    lookup.post_message = keep  # type: ignore[method-assign]
    threads = [
        threading.Thread(
            target=lookup._offer_own,
            args=(S3Location(bucket, "k"), StoreError("no secret", reason="secret-denied")),
        )
        for bucket in ("one", "other")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(offered) == 1
