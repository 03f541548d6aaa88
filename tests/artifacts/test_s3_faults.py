"""What stores answer when something is wrong: a sentence each, and nothing left on the disk."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.support.s3_servers import demo_s3
from tests.support.s3_store import MIB, here, quiet
from tui.artifacts.base import StoreError
from tui.artifacts.s3 import S3Store
from tui.demo.bucket import Blob
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
    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


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
    with pytest.raises(StoreError):
        store.download(place, tmp_path / "x", quiet, CancelToken())
    assert os.listdir(tmp_path) == []


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
