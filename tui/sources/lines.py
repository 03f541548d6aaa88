"""Cutting a stream of bytes into lines, whatever the pieces are cut like.

An object of several megabytes comes in hundreds of pieces; they are joined once, when its end is
there, and not again with every piece.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The complete lines, without their ends and without empty ones.

    A last line that has no end is left out: its stream was cut inside it.
    """
    begun: list[bytes] = []
    for piece in pieces:
        first, *rest = piece.split(b"\n")
        begun.append(first)
        if not rest:
            continue
        whole = b"".join(begun) if len(begun) > 1 else first
        if whole and not whole.isspace():
            yield whole
        *complete, last = rest
        for line in complete:
            if line and not line.isspace():
                yield line
        begun = [last]
