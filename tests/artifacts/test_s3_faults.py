"""What stores answer when something is wrong: a sentence each, and nothing left on the disk."""

from __future__ import annotations

import base64
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.support.s3_servers import demo_s3, serving
from tests.support.s3_store import MIB, here, quiet, secrets
from tui.artifacts.base import Stat, StoreError
from tui.artifacts.s3 import S3Store
from tui.artifacts.s3_errors import ENCRYPTED
from tui.demo.bucket import Blob
from tui.domain.location import SecretRef
from tui.ports.threads import CancelToken


class Refusing(BaseHTTPRequestHandler):
    """Answers everything with one error of S3."""

    status, code = 403, "AccessDenied"

    def do_HEAD(self) -> None:
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        body = f"<Error><Code>{self.code}</Code><Message>m</Message></Error>".encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def refusing() -> Iterator[str]:
    with serving(Refusing) as server:
        yield server


@pytest.mark.parametrize(
    ("status", "code", "reason", "words"),
    [
        (403, "AccessDenied", "denied", "does not let us read runs/k"),
        (400, "ExpiredToken", "login", "have expired"),
        (400, "InvalidToken", "login", "does not accept the session token"),
        (403, "InvalidAccessKeyId", "login", "does not know the access key"),
        (403, "SignatureDoesNotMatch", "login", "does not accept the secret key"),
        (403, "RequestTimeTooSkewed", "login", "our clock is wrong"),
        (404, "NoSuchBucket", "missing", "has no bucket runs"),
        (404, "NoSuchKey", "missing", "k is not in the bucket runs"),
        (403, "InvalidObjectState", "denied", "archived and must be restored"),
        (500, "InternalError", "unreachable", "answered 500 InternalError"),
    ],
)
def test_each_refusal_is_a_sentence_and_leaves_nothing(
    store: S3Store,
    refusing: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    code: str,
    reason: str,
    words: str,
) -> None:
    monkeypatch.setattr(Refusing, "status", status)
    monkeypatch.setattr(Refusing, "code", code)
    place = here(refusing, "k")
    with pytest.raises(StoreError, match=words) as read:
        store.read(place, 0, 10)
    assert read.value.reason == reason
    if reason == "login" and code != "RequestTimeTooSkewed":
        assert read.value.hint == "the secret minio in ml may be out of date"
    with pytest.raises(StoreError):
        store.download(place, tmp_path / "x", quiet, CancelToken())
    assert os.listdir(tmp_path) == []


class Lying(BaseHTTPRequestHandler):
    """Breaks off, and then gives another part than it is asked for."""

    def do_HEAD(self) -> None:
        self._begin(200, 12 * MIB)

    def do_GET(self) -> None:
        if (span := self.headers.get("Range", "bytes=0-")) == "bytes=0-":
            self._begin(200, 12 * MIB)
            self.wfile.write(bytes(MIB))
            return
        self._begin(206, 12 * MIB, f"bytes 0-{12 * MIB - 1}/{12 * MIB}" if span else "")
        self.wfile.write(b"x" * 12 * MIB)

    def _begin(self, status: int, size: int, span: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(size))
        self.send_header("ETag", '"one"')
        if span:
            self.send_header("Content-Range", span)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


def test_another_part_than_was_asked_for_is_never_taken_for_it(
    store: S3Store, tmp_path: Path
) -> None:
    with serving(Lying) as server:
        place = here(server, "k")
        with pytest.raises(StoreError, match="another part of an object"):
            store.download(place, tmp_path / "x", quiet, CancelToken())
        with pytest.raises(StoreError, match="another part of an object"):
            list(store.stream(place, Stat(12 * MIB, etag="one"), CancelToken()))
    assert os.listdir(tmp_path) == []


WHOLE = os.urandom(12 * MIB)


class Restarted(Lying):
    """Ends after the first mebibyte; the one that takes its place gives the rest."""

    def do_HEAD(self) -> None:
        self._begin(200, len(WHOLE))

    def do_GET(self) -> None:
        assert isinstance(self.server, Ending)
        first, _, last = self.headers.get("Range", "bytes=0-")[6:].partition("-")
        start, end = int(first), int(last or len(WHOLE) - 1)
        self._begin(206 if start else 200, end + 1 - start, f"bytes {start}-{end}/{len(WHOLE)}")
        self.wfile.write(WHOLE[start : start + MIB if self.server.ends else end + 1])
        if self.server.ends:
            self.server.is_over.set()


class Ending(ThreadingHTTPServer):
    """One that may be ended by what it gave."""

    allow_reuse_address = True

    def __init__(self, port: int, *, ends: bool) -> None:
        super().__init__(("127.0.0.1", port), Restarted)
        self.ends = ends
        self.is_over = threading.Event()


@contextmanager
def restarted(away: float) -> Iterator[str]:
    """A store that is away for so many seconds once it has given something."""
    first = Ending(0, ends=True)
    threading.Thread(target=first.serve_forever, daemon=True).start()
    servers = [first]

    def restart() -> None:
        first.is_over.wait()
        first.shutdown()
        first.server_close()
        time.sleep(away)
        servers.append(Ending(first.server_port, ends=False))
        servers[1].serve_forever()

    threading.Thread(target=restart, daemon=True).start()
    yield f"127.0.0.1:{first.server_port}"
    servers[-1].shutdown()
    servers[-1].server_close()


def test_a_store_that_is_started_again_is_waited_for(store: S3Store, tmp_path: Path) -> None:
    with restarted(2.0) as server:
        store.download(here(server, "k"), tmp_path / "x", quiet, CancelToken())
    assert (tmp_path / "x").read_bytes() == WHOLE
    with restarted(2.0) as server:
        stat = Stat(len(WHOLE), etag="one")
        assert b"".join(store.stream(here(server, "k"), stat, CancelToken())) == WHOLE


class Encrypted(BaseHTTPRequestHandler):
    """An object that is encrypted with a key of its own, as Amazon and MinIO answer for it."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        given = self.headers.get("x-amz-server-side-encryption-customer-key", "")
        status, code, message = 400, "InvalidRequest", f"stored using a {ENCRYPTED}."
        if given:
            status, code, message = 403, "AccessDenied", "Access Denied"
        body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()
        if base64.b64decode(given) == SSE_KEY:
            status, body = 200, b"readable"
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


SSE_KEY = b"0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (None, "encrypted with a key .SSE-C. that the artifact repository does not name"),
        (b"another key that is secret here!", "the secret sse in ml may hold another key"),
        (SSE_KEY, ""),
    ],
    ids=["no key", "another", "the key"],
)
def test_an_object_with_a_key_of_its_own_is_read_with_that_key_alone(
    tmp_path: Path, held: bytes | None, words: str
) -> None:
    def keys(namespace: str, name: str, key: str) -> bytes:
        return (held or b"") if name == "sse" else secrets(namespace, name, key)

    store = S3Store(keys)
    with serving(Encrypted) as server:
        place = here(server, "k", customer_key=SecretRef("sse", "key") if held else None)
        if not words:
            store.download(place, tmp_path / "x", quiet, CancelToken())
            assert (tmp_path / "x").read_bytes() == b"readable"
        else:
            with pytest.raises(StoreError, match=words) as error:
                store.download(place, tmp_path / "x", quiet, CancelToken())
            assert error.value.reason == "denied"
            assert "another key that" not in str(error.value)
            assert os.listdir(tmp_path) == []
    store.close()


FILLED = """
import os, resource, signal, sys
from pathlib import Path
from tests.support.s3_store import here, quiet, secrets
from tui.artifacts.base import StoreError
from tui.artifacts.s3 import S3Store
from tui.ports.threads import CancelToken
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5 << 20, 5 << 20))
try:
    S3Store(secrets).download(here(sys.argv[1], "big"), Path(sys.argv[2]), quiet, CancelToken())
except StoreError as error:
    print(error.reason, error.what)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="no limit on files here")
@pytest.mark.parametrize("size", [6 * MIB, 20 * MIB], ids=["at once", "in parts"])
def test_a_file_that_cannot_be_written_to_its_end_leaves_nothing(tmp_path: Path, size: int) -> None:
    assert resource.RLIMIT_FSIZE is not None
    with demo_s3("runs") as (endpoint, buckets):
        buckets["runs"].put("big", Blob(size, lambda offset, length: b"x" * length, etag="e"))
        done = subprocess.run(
            [sys.executable, "-c", FILLED, endpoint, str(tmp_path / "big")],
            capture_output=True,
            text=True,
            check=True,
        )
    assert done.stdout.startswith("disk cannot write"), done.stdout + done.stderr
    assert os.listdir(tmp_path) == []
