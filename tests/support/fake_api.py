"""An HTTP server that says what a test tells it to, byte for byte.

For what a well-behaved stand-in cluster cannot show: half lines, cut answers, silence, rubbish.
Each request is handed to the test's function on a thread of its own and is kept in `asked`.
"""

from __future__ import annotations

import base64
import gzip
import json
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import parse_qs, urlsplit

from tests.support.scripted import manifest

if TYPE_CHECKING:
    from tui.demo.tls import Identity


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes = b""
    all_headers: list[tuple[str, str]] = field(default_factory=list)
    """The same with those that were sent more than once."""
    certificate: str = ""
    """The name in the certificate of the client, if it showed one."""

    @property
    def is_watch(self) -> bool:
        """Whether it opens a watch."""
        return self.query.get("watch") == "true"


class Reply:
    """How a test answers one request."""

    def __init__(
        self, handler: BaseHTTPRequestHandler, ending: threading.Event, api: FakeApi
    ) -> None:
        self._handler = handler
        self._ending = ending
        self._api = api

    def json(self, value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """A whole answer."""
        self.raw(json.dumps(value).encode(), status, headers)

    def raw(self, body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """A whole answer of any bytes."""
        wants_gzip = "gzip" in self._handler.headers.get("Accept-Encoding", "")
        zipped = wants_gzip and len(body) > 1000
        payload = gzip.compress(body, 1) if zipped else body
        self._handler.send_response(status)
        for name, value in (headers or {}).items():
            self._handler.send_header(name, value)
        if zipped:
            self._handler.send_header("Content-Encoding", "gzip")
        self._handler.send_header("Content-Length", str(len(payload)))
        self._handler.end_headers()
        self._handler.wfile.write(payload)
        self._api.bytes_sent += len(payload)

    def announced(self, headers: Mapping[str, str], body: bytes) -> None:
        """A body, whatever the headers say of it; then the connection ends."""
        self._handler.send_response(200)
        for name, value in headers.items():
            self._handler.send_header(name, value)
        self._handler.end_headers()
        self._handler.wfile.write(body)

    def bare(self, data: bytes) -> None:
        """Bytes as they are, status line and headers too if there are any."""
        self._handler.close_connection = True
        self._handler.wfile.write(data)
        self._handler.wfile.flush()

    @property
    def wire(self) -> tuple[BinaryIO, BinaryIO]:
        """What comes and what goes, for another protocol than HTTP."""
        self._handler.close_connection = True
        return cast(BinaryIO, self._handler.rfile), cast(BinaryIO, self._handler.wfile)

    def refuse(self, code: int, reason: str = "", message: str = "", **more: Any) -> None:
        """A `Status`, as Kubernetes refuses."""
        headers = more.pop("headers", None)
        self.json(status(code, reason, message, **more), code, headers)

    def begin(self, length: int | None = None) -> None:
        """An endless answer begins; in chunks, or until the connection ends."""
        self._handler.send_response(200)
        if length is None:
            self._handler.send_header("Transfer-Encoding", "chunked")
        else:
            self._handler.send_header("Connection", "close")
        self._handler.end_headers()

    def piece(self, data: bytes) -> None:
        """One chunk, sent at once."""
        self._handler.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self._handler.wfile.flush()

    def framed(self, chunks: bytes) -> None:
        """Chunks that were framed beforehand, as fast as they go."""
        self._handler.wfile.write(chunks)

    def event(self, kind: str, value: Any) -> None:
        """One event of a watch."""
        self.piece(json.dumps({"type": kind, "object": value}).encode() + b"\n")

    def end(self) -> None:
        """The endless answer ends well."""
        self._handler.wfile.write(b"0\r\n\r\n")

    def cut(self) -> None:
        """The connection breaks."""
        self._handler.close_connection = True
        self._handler.connection.shutdown(socket.SHUT_RDWR)

    def hold(self) -> None:
        """Say nothing until the server ends."""
        self._ending.wait()


Answer = Callable[[Asked, Reply], None]


@dataclass
class FakeApi:
    """The running server."""

    url: str
    authority: bytes = b""
    """The certificate of who vouches for it, PEM; none without TLS."""
    asked: list[Asked] = field(default_factory=list)
    bytes_sent: int = 0
    """Bodies of whole answers, as they went over the wire."""

    def watches(self) -> list[Asked]:
        """The watches that were opened."""
        return [asked for asked in self.asked if asked.is_watch]

    def lists(self) -> list[Asked]:
        """The other reads."""
        return [asked for asked in self.asked if asked.method == "GET" and not asked.is_watch]


@contextmanager
def secure_api(answer: Answer, who: Identity | None = None) -> Iterator[FakeApi]:
    """The same with TLS, by a certificate for this machine unless another one is given."""
    with fake_api(answer, who or this_machine()) as api:
        yield api


@cache
def this_machine() -> Identity:
    """The certificate of this machine, made once for all tests of a process."""
    from tui.demo.tls import identity

    with tempfile.TemporaryDirectory() as folder:
        return identity(Path(folder))


@contextmanager
def fake_api(answer: Answer, who: Identity | None = None) -> Iterator[FakeApi]:
    """A server that answers like this, for as long as the block lasts."""
    ending = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            """Say nothing on stderr."""

        def handle(self) -> None:
            # Clients that go away are part of the tests.
            try:
                super().handle()
            except (ConnectionError, ValueError, OSError):
                self.close_connection = True

        def _answer(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            asked = Asked(
                self.command,
                parts.path,
                query,
                dict(self.headers),
                self.rfile.read(length),
                self.headers.items(),
                _name_in(self.connection),
            )
            api.asked.append(asked)
            answer(asked, Reply(self, ending, api))

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def get_request(self) -> tuple[Any, Any]:
            sock, address = super().get_request()
            if who is not None:
                # The handshake is the affair of the thread that answers.
                sock = who.context.wrap_socket(
                    sock, server_side=True, do_handshake_on_connect=False
                )
            return sock, address

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Broken connections are what is tested."""

    server = Server(("127.0.0.1", 0), Handler)
    scheme, authority = ("https", who.authority) if who is not None else ("http", b"")
    api = FakeApi(f"{scheme}://127.0.0.1:{server.server_address[1]}", authority)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield api
    finally:
        ending.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _name_in(sock: socket.socket) -> str:
    """The common name in the certificate of the client."""
    told: Any = sock.getpeercert() if isinstance(sock, ssl.SSLSocket) else None
    fields = dict(pair for entry in (told or {}).get("subject", ()) for pair in entry)
    return str(fields.get("commonName", ""))


def status(code: int, reason: str = "", message: str = "", **details: Any) -> dict[str, Any]:
    """A Kubernetes `Status`."""
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "message": message,
        "reason": reason,
        "code": code,
        **({"details": details} if details else {}),
    }


def workflow(
    name: str, *, version: str = "1", namespace: str = "argo", uid: str = "", **more: Any
) -> dict[str, Any]:
    """A small Workflow object; more keywords go into its status."""
    made = manifest(name, version=version, namespace=namespace, **more)
    made["metadata"]["uid"] = uid or made["metadata"]["uid"]
    return made


def listing(*items: Any, version: str = "100", more: str = "") -> dict[str, Any]:
    """A WorkflowList."""
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "WorkflowList",
        "metadata": {"resourceVersion": version, **({"continue": more} if more else {})},
        "items": list(items),
    }


def write_kubeconfig(
    folder: Path,
    url: str,
    *,
    user: Mapping[str, Any] | None = None,
    namespace: str = "argo",
    authority: bytes = b"",
    cluster: Mapping[str, Any] | None = None,
) -> Path:
    """A kubeconfig of one context called `fake`; `cluster` is more about the cluster."""
    trusted = {"certificate-authority-data": base64.b64encode(authority).decode()}
    path = folder / "kubeconfig"
    path.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "fake",
                "contexts": [
                    {
                        "name": "fake",
                        "context": {"cluster": "fake", "user": "me", "namespace": namespace},
                    }
                ],
                "clusters": [
                    {
                        "name": "fake",
                        "cluster": {
                            "server": url,
                            **(trusted if authority else {}),
                            **(cluster or {}),
                        },
                    }
                ],
                "users": [
                    {"name": "me", "user": dict(user if user is not None else {"token": "let-me"})}
                ],
            }
        )
    )
    return path
