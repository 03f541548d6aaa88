"""Proxies for tests: HTTP (with and without TLS) and SOCKS 5, which remember what they were asked.

Whatever host they are asked for, they connect to the server that the test gave them: so names can
be used that nobody can look up.
"""

from __future__ import annotations

import base64
import contextlib
import selectors
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.support.fake_api import this_machine


@dataclass
class RunningProxy:
    """What a proxy heard."""

    address: str
    targets: list[str] = field(default_factory=list)
    """HOST:PORT of the tunnels that it was asked for; addresses where it was asked for those."""
    logins: list[str] = field(default_factory=list)
    """`user:password` of each, "" for none."""


@contextmanager
def http_proxy(server: str, *, tls: bool = False, login: str = "") -> Iterator[RunningProxy]:
    """A proxy that takes CONNECT and whole addresses; with a `login` it refuses all others."""

    def serve(sock: socket.socket, heard: RunningProxy) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = sock.recv(1)
            if not byte:
                return
            head += byte
        first, *lines = head.decode().split("\r\n")
        method, target, _ = first.split(" ", 2)
        fields = dict(line.split(": ", 1) for line in lines if line)
        basic = fields.get("Proxy-Authorization", "").removeprefix("Basic ")
        heard.targets.append(target)
        heard.logins.append(base64.b64decode(basic).decode())
        if login and heard.logins[-1] != login:
            sock.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        with _connected(server) as onward:
            if method == "CONNECT":
                sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                parts = urlsplit(target)
                kept = [line for line in lines if line and not line.startswith("Proxy-")]
                asked = f"{method} {parts.path}{parts.query and '?' + parts.query} HTTP/1.1"
                onward.sendall("\r\n".join((asked, *kept, "", "")).encode())
            _pass_on(sock, onward)

    with _serving(serve, "https" if tls else "http", tls=tls) as heard:
        yield heard


@contextmanager
def socks_proxy(server: str, *, login: str = "", refuse: int = 0) -> Iterator[RunningProxy]:
    """A SOCKS 5 proxy; `refuse` is the code that it answers instead of connecting."""

    def serve(sock: socket.socket, heard: RunningProxy) -> None:
        _, count = _exactly(sock, 2)
        methods = _exactly(sock, count)
        wanted = 2 if login else 0
        if wanted not in methods:
            sock.sendall(b"\x05\xff")
            return
        sock.sendall(bytes((5, wanted)))
        told = ""
        if login:
            _exactly(sock, 1)
            told = ":".join(_exactly(sock, _exactly(sock, 1)[0]).decode() for _ in range(2))
            sock.sendall(b"\x01\x00" if told == login else b"\x01\x01")
        _, _, _, kind = _exactly(sock, 4)
        if kind == 3:
            host = _exactly(sock, _exactly(sock, 1)[0]).decode()
        else:
            family, length = (socket.AF_INET, 4) if kind == 1 else (socket.AF_INET6, 16)
            host = socket.inet_ntop(family, _exactly(sock, length))
        port = int.from_bytes(_exactly(sock, 2), "big")
        heard.targets.append(f"{host}:{port}")
        heard.logins.append(told)
        sock.sendall(bytes((5, refuse, 0, 1)) + bytes(6))
        if not refuse:
            with _connected(server) as onward:
                _pass_on(sock, onward)

    with _serving(serve, "socks5") as heard:
        yield heard


def _exactly(sock: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        piece = sock.recv(count - len(found))
        if not piece:
            raise ConnectionError("it ended")
        found += piece
    return found


def _connected(server: str) -> socket.socket:
    parts = urlsplit(server)
    return socket.create_connection((parts.hostname or "", parts.port or 0), 5)


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    """Everything from each side to the other one, until one of them ends."""
    with selectors.DefaultSelector() as ready:
        ready.register(one, selectors.EVENT_READ, other)
        ready.register(other, selectors.EVENT_READ, one)
        while True:
            for key, _ in ready.select():
                source: socket.socket = key.fileobj  # type: ignore[assignment]  # as registered
                data = source.recv(65536)
                while isinstance(source, ssl.SSLSocket) and source.pending():
                    data += source.recv(65536)
                if not data:
                    return
                key.data.sendall(data)


@contextmanager
def _serving(
    serve: Callable[[socket.socket, RunningProxy], None], scheme: str, *, tls: bool = False
) -> Iterator[RunningProxy]:
    listening = socket.create_server(("127.0.0.1", 0))
    heard = RunningProxy(f"{scheme}://127.0.0.1:{listening.getsockname()[1]}")
    taken: list[socket.socket] = []

    def one(sock: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if tls:
                sock = this_machine().context.wrap_socket(sock, server_side=True)
            taken.append(sock)
            with sock:
                serve(sock, heard)

    def all_of_them() -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = listening.accept()
                taken.append(sock)
                threading.Thread(target=one, args=(sock,), daemon=True).start()

    thread = threading.Thread(target=all_of_them, daemon=True)
    thread.start()
    try:
        yield heard
    finally:
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for sock in taken:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        thread.join()
