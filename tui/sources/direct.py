"""Connections of the standard library, kept open between requests.

urllib3 can do more, and importing it takes a third of the time that `argo-tui list` takes in all.
What is needed here is little: a few connections to one server that are used again while they live.
The reading of HTTP is http.client's, that of TLS is ssl's.
"""

from __future__ import annotations

import select
import socket
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPResponse, IncompleteRead, RemoteDisconnected
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from tui.sources.connections import Headers, NotConnected

if TYPE_CHECKING:
    import ssl
    from io import BufferedReader

    from tui.sources.proxies import Proxy

MakeContext = Callable[[], "ssl.SSLContext"]


class DirectAnswer:
    """An answer over a connection of ours."""

    def __init__(
        self, connection: _Connection, response: HTTPResponse, keep: Callable[[_Connection], None]
    ) -> None:
        self._connection = connection
        self._response = response
        self._keep = keep
        # `HTTPConnection` lets go of its socket when an answer is the last one.
        self._sock = connection.live
        self._lock = threading.Lock()
        self._is_over = False
        self.status: int = response.status
        self.headers = cast(Mapping[str, str], response.headers)

    def body(self) -> bytes:
        """All of it, unpacked."""
        has_end = self._response.chunked or self._response.length is not None
        data = self._response.read()
        if not has_end and not data:
            # Headers that were cut look like all of them; no API server answers with neither a
            # length nor a body.
            raise IncompleteRead(b"")
        return _unpacked(data) if self._is_packed else data

    def pieces(self, most: int) -> Iterator[bytes]:
        """It as it comes."""
        came = self._coming(most)
        return _unpacked_pieces(came) if self._is_packed else came

    @property
    def _is_packed(self) -> bool:
        return "gzip" in self.headers.get("Content-Encoding", "").lower()

    def _coming(self, most: int) -> Iterator[bytes]:
        # `read1` does not count what is left of an answer whose length was told.
        left = None if self._response.chunked else self._response.length
        while left is None or left > 0:
            piece = self._response.read1(most if left is None else min(most, left))
            if not piece:
                if left:
                    raise IncompleteRead(b"", left)
                return
            if left is not None:
                left -= len(piece)
            yield piece

    def allow_silence(self, seconds: float | None) -> None:
        """Give the socket another limit."""
        self._sock.settimeout(seconds)

    def break_off(self) -> None:
        """`close` would not end a read of another thread (platform.md 1.6)."""
        # Never once it was given back: the connection may be somebody else's then.
        with self._lock:
            if not self._is_over:
                self._is_over = True
                _hear_no_more(self._sock)

    def done(self) -> None:
        """Keep the connection, if it can be used again."""
        with self._lock:
            is_broken, self._is_over = self._is_over, True
        is_read = self._response.isclosed() and self._connection.sock is not None
        if is_read and not is_broken:
            self._keep(self._connection)
        else:
            self.close()

    def close(self) -> None:
        """Close it."""
        with self._lock:
            self._is_over = True
        self._response.close()
        self._connection.close()


class DirectConnections:
    """Connections to the server of a URL; `context` makes the rules of TLS when it is first needed.

    `name` is whose certificate is wanted, where that is not the host; `proxy` is on the way to it.
    """

    def __init__(
        self,
        server: str,
        context: MakeContext | None = None,
        *,
        name: str = "",
        most: int = 8,
        proxy: Proxy | None = None,
    ) -> None:
        parts = urlsplit(server)
        self._is_tls = parts.scheme == "https"
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if self._is_tls else 80)
        self._prefix = self._path = parts.path.rstrip("/")
        self._name = name or self._host
        self._proxy = proxy
        self._asked_of_proxy: list[tuple[str, str]] | None = None
        """The headers for a proxy that is sent the requests themselves; None where none is."""
        if proxy is not None and proxy.takes_whole_addresses and not self._is_tls:
            self._asked_of_proxy = proxy.headers()
            self._prefix = f"{parts.scheme}://{parts.netloc}{self._prefix}"
        self._make_context = context
        self._context: ssl.SSLContext | None = None
        self._most = most
        self._lock = threading.Lock()
        self._idle: list[_Connection] = []
        self._reading: weakref.WeakSet[_Connection] = weakref.WeakSet()
        weakref.finalize(self, _close, self._idle)

    def ask(
        self,
        method: str,
        target: str,
        headers: Headers,
        body: bytes | None,
        *,
        connect: float,
        read: float,
    ) -> DirectAnswer:
        """Send a request over an idle connection, or a new one.

        A server may end an idle connection just when it is used again. A read is sent once more
        then, over a new one; a write never is.
        """
        asked = (method, target, headers, body, read)
        idle = self._usable()
        if idle is not None:
            try:
                return self._asked(idle, *asked)
            except (RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                if method != "GET":
                    raise
        return self._asked(self._connected(connect), *asked)

    def _asked(
        self,
        connection: _Connection,
        method: str,
        target: str,
        headers: Headers,
        body: bytes | None,
        read: float,
    ) -> DirectAnswer:
        if method == "GET":
            with self._lock:
                self._reading.add(connection)
        try:
            connection.live.settimeout(read)
            connection.putrequest(method, self._prefix + target, skip_accept_encoding=True)
            for name, value in (*headers, *(self._asked_of_proxy or ())):
                _put_header(connection, name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            connection.answering = connection.live
            return DirectAnswer(connection, connection.getresponse(), self._keep)
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        """Let go of idle connections, and end the reads of other threads; writes go on."""
        with self._lock:
            _close(self._idle)
            for connection in self._reading:
                if connection.has_socket:
                    _hear_no_more(connection.live)

    def raw(self, target: str, *, connect: float) -> tuple[Any, str]:
        """A tunnel through the proxy, if there is one: it is not sent the request itself."""
        connection = self._connected(connect, tunnels=True)
        connection.live.settimeout(None)
        scheme = "wss" if self._is_tls else "ws"
        host = f"[{self._host}]" if ":" in self._host else self._host
        return connection.live, f"{scheme}://{host}:{self._port}{self._path}{target}"

    def _usable(self) -> _Connection | None:
        """The idle connection used last that is still there."""
        while True:
            with self._lock:
                if not self._idle:
                    return None
                connection = self._idle.pop()
            if not connection.is_dropped:
                return connection
            connection.close()

    def _connected(self, seconds: float, *, tunnels: bool = False) -> _Connection:
        """A new one; `tunnels` is for what an http proxy cannot be asked for by its address."""
        connection = _Connection(self._host, self._port, timeout=seconds)
        connection.default_port = 443 if self._is_tls else 80
        try:
            rules = self._rules() if self._is_tls else None
            if self._proxy is None:
                connection.connect()
            else:
                connection.sock = self._through(self._proxy, seconds, tunnels=tunnels)
            _keep_alive(connection.live)
            if rules is not None:
                connection.sock = _secured(connection.live, rules, self._name)
        except NotConnected:
            connection.close()
            raise
        except (OSError, ValueError) as error:
            connection.close()
            raise NotConnected(str(error)) from error
        return connection

    def _through(self, proxy: Proxy, seconds: float, *, tunnels: bool) -> socket.socket:
        from tui.sources.proxies import connect_by

        is_asked = self._asked_of_proxy is not None and not tunnels
        target = None if is_asked else (self._host, self._port)
        return connect_by(proxy, target, seconds, self._rules)

    def _rules(self) -> ssl.SSLContext:
        with self._lock:
            if self._context is None:
                assert self._make_context is not None, "a server with https has rules"
                self._context = self._make_context()
            return self._context

    def _keep(self, connection: _Connection) -> None:
        with self._lock:
            self._reading.discard(connection)
            if len(self._idle) < self._most:
                self._idle.append(connection)
                return
        connection.close()


AT_ONCE = 1 << 16
"""Bytes that are taken of a socket at a time, as far as they are there."""


class _Response(HTTPResponse):
    """An answer of which more is read at once than http.client does: a log comes in pieces of
    32 kB, and each read costs as much as a hundred lines."""

    def __init__(
        self,
        sock: socket.socket,
        debuglevel: int = 0,
        method: str | None = None,
        url: str | None = None,
    ) -> None:
        super().__init__(sock, debuglevel, method, url)
        self.fp.close()
        self.fp = cast("BufferedReader", sock.makefile("rb", AT_ONCE))


class _Connection(HTTPConnection):
    """A connection that knows whether it is still one."""

    response_class = _Response
    # Opening it again is not its own affair: it would do so without TLS.
    auto_open = 0
    answering: socket.socket | None = None
    """The socket of the last request; `sock` is None once its answer said that it is the last."""

    @property
    def has_socket(self) -> bool:
        """Whether it was ever connected."""
        return self.sock is not None or self.answering is not None

    @property
    def live(self) -> socket.socket:
        """The socket there is."""
        sock = self.sock or self.answering
        assert sock is not None
        return sock

    @property
    def is_dropped(self) -> bool:
        """Whether the other end has closed it, or said something that nobody asked for."""
        sock: Any = self.sock
        if sock is None:
            return True
        poll = select.poll() if hasattr(select, "poll") else None
        if poll is None:
            return bool(select.select([sock], [], [], 0)[0])
        poll.register(sock, select.POLLIN)
        return bool(poll.poll(0))


def _secured(sock: socket.socket, rules: ssl.SSLContext, name: str) -> socket.socket:
    """TLS with the server, on a socket that may be TLS with a proxy already."""
    import ssl

    if not isinstance(sock, ssl.SSLSocket):
        return rules.wrap_socket(sock, server_hostname=name)
    # Python's sockets cannot do that twice; this has all that is used of one.
    from urllib3.util.ssltransport import SSLTransport

    return cast(socket.socket, SSLTransport(sock, rules, server_hostname=name))


def _close(idle: list[_Connection]) -> None:
    while idle:
        idle.pop().close()


def _hear_no_more(sock: Any) -> None:
    """End a read that another thread is blocked in."""
    # Raised when it has ended already, which is just as well. That of `SSLSocket` would take its
    # TLS away as well, and who has not noticed yet would go on in the clear.
    lowest = sock if isinstance(sock, socket.socket) else sock.socket  # TLS inside of TLS
    with suppress(OSError, ValueError):
        socket.socket.shutdown(lowest, socket.SHUT_RD)


def _put_header(connection: HTTPConnection, name: str, value: str) -> None:
    try:
        connection.putheader(name, value.encode())
    except ValueError:
        # Its words are the value, which may be a token.
        raise ValueError(f"the header {name} cannot be sent: it has odd characters") from None


def _keep_alive(sock: socket.socket) -> None:
    """Ask after a silent peer every 15 s, as client-go does: watches may be silent for long."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 15), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 9)):
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _unpacked(data: bytes) -> bytes:
    return b"".join(_unpacked_pieces(iter((data,))))


def _unpacked_pieces(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """What was packed with gzip, piece by piece."""
    import zlib

    gzip = 16 + zlib.MAX_WBITS
    unpacker = zlib.decompressobj(gzip)
    for piece in pieces:
        while piece:
            try:
                yield unpacker.decompress(piece)
            except zlib.error as error:
                raise ValueError(f"the packed answer is broken: {error}") from error
            piece = unpacker.unused_data
            if piece:  # gzip may be several one after another
                unpacker = zlib.decompressobj(gzip)
    if not unpacker.eof:
        raise IncompleteRead(b"")
