"""Manifests at an address: one bounded request, and no secret of it in any sentence."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tui.errors import InputError
from tui.sources import at_address
from tui.sources.files import read_manifests

WORKFLOW = b"kind: Workflow\nmetadata: {name: hello}\nspec: {}\n"


@contextmanager
def serving(status: int = 200, body: bytes = WORKFLOW, *, to: str = "") -> Iterator[str]:
    """The address of a server that answers all requests like this."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            if to:
                self.send_header("Location", to)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(ConnectionError):  # who has enough of it does not read on
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def refused(address: str) -> str:
    with pytest.raises(InputError) as caught:
        read_manifests(address)
    return caught.value.what


def test_what_is_at_an_address_is_read_as_a_file_is() -> None:
    with serving() as address:
        (found,) = read_manifests(f"{address}/hello.yaml?token=s3cr3t")
    assert found["metadata"] == {"name": "hello"}


def test_an_answer_that_is_none_names_the_address_without_its_secrets() -> None:
    with serving(404, b"") as address:
        login = address.replace("//", "//kim:s3cr3t@")
        said = refused(f"{address}/hello.yaml?token=s3cr3t")
        assert said == f"{address}/hello.yaml: the server answers 404 Not Found"
        assert "s3cr3t" not in refused(f"{login}/x")


def test_no_file_of_this_machine_is_read_by_being_sent_to_it() -> None:
    with serving(302, b"", to="file:///etc/passwd") as address:
        assert "302" in refused(f"{address}/a")


def test_a_fault_in_what_is_there_is_named_with_its_line() -> None:
    with serving(body=b"kind: Workflow\nspec: [\n") as address:
        assert refused(f"{address}/a").startswith(f"{address}/a")


def test_more_than_anybody_writes_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_address, "LARGEST", 1 << 20)
    with serving(body=b"#" * (2 << 20)) as address:
        assert "larger than 1 MiB" in refused(f"{address}/a")


def test_what_comes_drop_by_drop_has_an_end() -> None:
    times = iter([0.0, 31.0])
    with serving() as address, pytest.raises(InputError, match="longer than 30 s"):
        at_address.read(address, clock=lambda: next(times))


def test_nobody_there_is_said() -> None:
    with serving() as address:
        pass
    assert refused(f"{address}/a").startswith(f"{address}/a: cannot be read: ")
