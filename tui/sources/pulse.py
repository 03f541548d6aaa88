"""How long a server may say nothing in a watch before that is suspicious.

A connection may die without a word: a load balancer forgets it, a tunnel goes down. A quiet cluster
looks just the same, but for its bookmarks, which a Kubernetes API server sends about once a minute
to whoever asks for them. So a watch in which nothing at all came for clearly longer than the
bookmarks of this server are apart is begun anew from where it was, which costs one request.

Servers (and what stands before them) differ, so that what one has seen counts: the distances of
its bookmarks set the limit, and each suspicion doubles it until the bookmarks themselves show it to
be right. A server that never sends one is suspected twice or so, and then left alone.
"""

from __future__ import annotations

import threading
from collections import deque

UNKNOWN = 100.0
"""Seconds of silence allowed while nothing is known: more than the minute of Kubernetes."""
LEAST = 30.0
"""Seconds always allowed, however often bookmarks come: servers have bad moments."""
MARGIN = 5.0
MOST_DOUBLED = 10
REMEMBERED = 5
"""Distances kept. The longest counts, and one from a night of trouble is forgotten again."""


class Pulse:
    """What is known of one server's bookmarks. Its watches share it, each on a thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._distances: deque[float] = deque(maxlen=REMEMBERED)
        self._suspicions = 0

    def limit(self, end: float) -> float:
        """Seconds of silence allowed in a watch that is over after `end` seconds anyway."""
        with self._lock:
            usual = UNKNOWN
            if self._distances:
                usual = max(LEAST, 1.5 * max(self._distances) + MARGIN)
            return min(end, usual * 2.0 ** min(self._suspicions, MOST_DOUBLED))

    @property
    def is_known(self) -> bool:
        """Whether this server has been seen to send bookmarks again and again."""
        with self._lock:
            return bool(self._distances)

    def beat(self, distance: float) -> None:
        """Two bookmarks of one watch came so many seconds apart."""
        with self._lock:
            self._distances.append(distance)
            self._suspicions = 0

    def suspected(self) -> None:
        """A watch was silent for as long as was allowed."""
        with self._lock:
            self._suspicions += 1
