"""Cutting a stream of bytes into lines, whatever the pieces are cut like.

An object of several megabytes comes in hundreds of pieces; they are joined once, when its end is
there, and not again with every piece. A server that sends a line a piece, as Kubernetes does, costs
no copy at all: the piece itself is the line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The complete lines, each with its end, and without blank ones.

    A last line that has no end is left out: its stream was cut inside it.
    """
    begun: list[bytes] = []
    for piece in pieces:
        end = piece.find(b"\n") + 1
        if not end:
            begun.append(piece)
            continue
        if begun:
            begun.append(piece[:end])
            line, begun = b"".join(begun), []
        else:
            line = piece if end == len(piece) else piece[:end]
        if not line.isspace():
            yield line
        at, end = end, piece.find(b"\n", end) + 1
        while end:
            line = piece[at:end]
            if not line.isspace():
                yield line
            at, end = end, piece.find(b"\n", end) + 1
        if at < len(piece):
            begun.append(piece[at:])
