"""Proxies that cut connections: in the middle of what a server sends, or of a write to it."""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Self
from urllib.parse import urlsplit


class _Proxy(ABC):
    """Listens on this machine, and gives each connection and one to the server to `_pass_on`."""

    def __init__(self, server: str) -> None:
        self._server = urlsplit(server)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"{self._server.scheme}://127.0.0.1:{self._listening.getsockname()[1]}"

    @contextmanager
    def serving(self) -> Iterator[Self]:
        """Take connections meanwhile, on a thread of its own."""
        thread = threading.Thread(target=self._serve, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            with contextlib.suppress(OSError):
                self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
            thread.join(5)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listening.accept()
                threading.Thread(target=self._one, args=(sock,), daemon=True).start()

    def _one(self, sock: socket.socket) -> None:
        at = self._server.hostname or "", self._server.port or 0
        with contextlib.suppress(OSError), sock, socket.create_connection(at, 5) as onward:
            self._pass_on(sock, onward)

    @abstractmethod
    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        """Until one of both ends it."""


class CuttingProxy(_Proxy):
    """Passes on what it is sent; of the first connections only so many bytes, then it resets them.

    With TLS or without: it reads nothing of what it passes on.
    """

    def __init__(self, server: str, cuts: Iterable[int]) -> None:
        """`cuts` are the bytes after which connections are cut, one after the other.

        A connection over which less is sent is left alone, and the cut waits for the next one.
        """
        super().__init__(server)
        self._cuts = iter(list(cuts))
        self.made = 0
        """How many were cut."""
        self._cut = next(self._cuts, None)
        self._cutting = threading.Lock()

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        sent = 0
        """Bytes that the server sent."""
        with selectors.DefaultSelector() as ready:
            ready.register(client, selectors.EVENT_READ)
            ready.register(server, selectors.EVENT_READ)
            while True:
                for key, _ in ready.select():
                    source = client if key.fileobj is client else server
                    data = source.recv(65536)
                    if not data:
                        return
                    if source is client:
                        server.sendall(data)
                        continue
                    allowed = self._allowed(sent, len(data))
                    client.sendall(data[:allowed])
                    sent += allowed
                    if allowed < len(data):
                        # A reset, not an end: as when a load balancer forgets a connection.
                        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, HARD)
                        return

    def _allowed(self, sent: int, more: int) -> int:
        """How many of some bytes are passed on, after so many others of the same connection."""
        with self._cutting:
            if self._cut is None or sent + more <= self._cut:
                return more
            cut, self._cut = self._cut, next(self._cuts, None)
            self.made += 1
            return max(0, cut - sent)


@contextmanager
def cutting(server: str, kubeconfig: Path, cuts: Iterable[int]) -> Iterator[CuttingProxy]:
    """Such a proxy before a server, and the kubeconfig changed so that it leads there."""
    with CuttingProxy(server, cuts).serving() as proxy:
        kubeconfig.write_text(kubeconfig.read_text().replace(server, proxy.url))
        yield proxy


class BreakingLine(_Proxy):
    """Passes on what is read over HTTP; of a write only a share, and then it resets everything."""

    def __init__(self, server: str, share: float) -> None:
        super().__init__(server)
        self._share = share
        self.writes = 0
        """How many were begun."""

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        with (
            contextlib.suppress(ValueError),
            client.makefile("rb") as asks,
            server.makefile("rb") as answers,
        ):
            while whole := _message(asks):
                if _is_write(whole):
                    self.writes += 1
                    server.sendall(whole[: int(len(whole) * self._share)])
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, HARD)
                    return
                server.sendall(whole)
                client.sendall(_message(answers))


HARD = struct.pack("ii", 1, 0)
"""What makes the end of a connection a reset."""


def _message(stream: BinaryIO) -> bytes:
    """A request or an answer, to its end; nothing at the end of the stream."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline()
        if not line:
            return b""
        head += line
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return head + (stream.read(int(lengths[0].partition(b":")[2])) if lengths else b"")


def _is_write(whole: bytes) -> bool:
    method, target, _ = whole.split(b" ", 2)
    is_question = target.startswith(b"/apis/auth") or b"dryRun=All" in target
    return method != b"GET" and not is_question
