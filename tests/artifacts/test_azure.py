"""Azure's blob storage, as far as an address opens it: a stand-in that answers as Azure does."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

import pytest

from tests.support.s3_store import quiet, secrets
from tui.artifacts import open_store
from tui.artifacts.azure import AzureStore
from tui.artifacts.base import Folder, Stat, StoreError
from tui.domain.location import Location, located
from tui.ports.threads import CancelToken

BLOBS = {
    "out/a & b.txt": b"plain",
    "out/deep/er.bin": b"0123456789",
    "out/deep/": b"",
    "../../evil": b"evil",
    "report.json": b'{"auc": 0.9}',
}


class Azure(BaseHTTPRequestHandler):
    """A container called `runs`, of which each request needs the signature."""

    page = 2
    breaks: ClassVar[dict[str, int]] = {}
    """Blobs that break off, and after how many bytes."""
    tag = "0x1"
    asked: ClassVar[list[tuple[str, str]]] = []
    """Blobs that were asked for, and which part."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        path = unquote(parts.path).removeprefix("/account/")
        if asked.get("sig") != "a+signature/":
            self._say(403, b"")
        elif path == "runs" and asked.get("comp") == "list":
            self._say(200, self._list(asked))
        elif (name := path.removeprefix("runs/")) in BLOBS:
            self._blob(name, BLOBS[name])
        else:
            self._say(404, b"")

    def _list(self, asked: dict[str, str]) -> bytes:
        prefix, delimiter = asked.get("prefix", ""), asked.get("delimiter", "")
        found: dict[str, int | None] = {}
        for name, data in sorted(BLOBS.items()):
            if name.startswith(prefix):
                inner, cut, _ = name[len(prefix) :].partition(delimiter or "\0")
                found[f"{prefix}{inner}{delimiter}" if cut else name] = None if cut else len(data)
        names = sorted(found)
        at = int(asked.get("marker", "0"))
        here, more = names[at : at + self.page], at + self.page < len(names)
        blobs = "".join(
            f"<BlobPrefix><Name>{escape(name)}</Name></BlobPrefix>"
            if found[name] is None
            else f"<Blob><Name>{escape(name)}</Name><Properties>"
            f"<Content-Length>{found[name]}</Content-Length><Etag>{self.tag}</Etag>"
            "</Properties></Blob>"
            for name in here
        )
        marker = f"<NextMarker>{at + self.page}</NextMarker>" if more else "<NextMarker />"
        return f"<EnumerationResults><Blobs>{blobs}</Blobs>{marker}</EnumerationResults>".encode()

    def _blob(self, name: str, data: bytes) -> None:
        status, span = 200, self.headers.get("Range", "")
        if self.command == "GET":
            self.asked.append((name, span))
        until = self.breaks.get(name)
        if span:
            first, last = span.removeprefix("bytes=").split("-")
            data, status = data[int(first) : int(last or 1 << 40) + 1], 206
            until = None if until is None else max(0, until - int(first))
        self._say(status, data, until)

    def _say(self, status: int, body: bytes, until: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{self.tag}"')
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body[:until])
            self.close_connection = self.close_connection or until is not None

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("http_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with ThreadingHTTPServer(("127.0.0.1", 0), Azure) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/account"
        server.shutdown()
        thread.join()


SIGNED = "?sv=2024-11-04&sig=a%2Bsignature%2F"


def blob(account: str, key: str, signature: str = SIGNED) -> Location:
    fields = {"endpoint": f"{account}{signature}", "container": "runs", "blob": key}
    return located({"azure": fields}, "ml")


@pytest.fixture
def store() -> Iterator[AzureStore]:
    made = open_store(located({"azure": {}}, "ml"), secrets)
    assert isinstance(made, AzureStore)
    yield made
    made.close()


def test_a_blob_is_read_in_parts_by_an_address_with_a_signature(
    store: AzureStore, account: str
) -> None:
    place = blob(account, "report.json")
    assert store.stat(place) == Stat(12, etag="0x1")
    assert store.read(place, 2, 3) == b"auc"
    assert store.read(blob(account, "out/a & b.txt"), 0, 9) == b"plain"


def test_a_blob_is_read_as_it_comes_and_goes_on_where_its_connection_breaks(
    store: AzureStore, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Azure, "asked", [])
    monkeypatch.setattr(Azure, "breaks", {"out/deep/er.bin": 4})
    at = blob(account, "out/deep/er.bin")
    pieces = store.stream(at, Stat(10), CancelToken())
    came = next(pieces)
    Azure.breaks.clear()
    assert came + b"".join(pieces) == b"0123456789"
    assert [span for _, span in Azure.asked] == ["", "bytes=4-"]
    with pytest.raises(StoreError) as error:
        list(store.stream(blob(account, "report.json", "?sig=no"), Stat(1), CancelToken()))
    assert "az storage blob download" in error.value.hint


def test_a_folder_is_counted_and_listed_page_by_page(store: AzureStore, account: str) -> None:
    assert store.stat(blob(account, "out")) == Folder(2, 15)
    assert store.stat(blob(account, "/")) == Folder(4, 31)
    first = store.listing(blob(account, "/"))
    assert [(e.name, e.is_folder) for e in first.entries] == [("..", True), ("out", True)]
    assert (first.whole, first.more) == (False, "2")
    rest = store.listing(blob(account, "/"), after=first.more)
    assert [(e.name, e.size) for e in rest.entries] == [("report.json", 12)]
    assert rest.whole
    inner = store.listing(first.entries[1].location)
    assert [(e.name, e.is_folder) for e in inner.entries] == [("deep", True), ("a & b.txt", False)]


def test_a_folder_is_saved_with_names_that_stay_inside(
    store: AzureStore, account: str, tmp_path: Path
) -> None:
    store.download(blob(account, "/"), tmp_path / "all", quiet, CancelToken())
    found = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    assert sorted(found.values()) == sorted(data for name, data in BLOBS.items() if name[-1] != "/")
    assert {path.parts[0] for path in found} == {"all"}
    store.download(blob(account, "report.json"), tmp_path / "one", quiet, CancelToken())
    assert (tmp_path / "one").read_bytes() == BLOBS["report.json"]


LARGE = bytes(range(250)) * 1000


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of two blobs, of which the second breaks off."""
    monkeypatch.setitem(BLOBS, "two/a", b"whole")
    monkeypatch.setitem(BLOBS, "two/b", LARGE)
    monkeypatch.setitem(Azure.breaks, "two/b", 100_000)
    Azure.asked.clear()


def fetch_two(store: AzureStore, account: str, target: Path) -> StoreError:
    with pytest.raises(StoreError) as caught:
        store.download(blob(account, "two"), target, quiet, CancelToken())
    return caught.value


def test_a_folder_that_broke_off_goes_on_from_there(
    store: AzureStore, account: str, tmp_path: Path, broken: None
) -> None:
    error = fetch_two(store, account, tmp_path / "two")
    assert error.hint == "97.7 KiB of 244 KiB are kept; the next try goes on from there"
    assert not (tmp_path / "two").exists()
    del Azure.breaks["two/b"]
    Azure.asked.clear()
    told: list[int] = []
    store.download(
        blob(account, "two"), tmp_path / "two", lambda done, total: told.append(done), CancelToken()
    )
    assert Azure.asked == [("two/b", "bytes=100000-")], "what came is not asked for again"
    assert told[0] == 100_005 and told[-1] == len(LARGE) + 5
    assert (tmp_path / "two/a").read_bytes() == b"whole"
    assert (tmp_path / "two/b").read_bytes() == LARGE
    assert [each.name for each in tmp_path.iterdir()] == ["two"]


def test_a_blob_that_changed_meanwhile_is_fetched_anew(
    store: AzureStore,
    account: str,
    tmp_path: Path,
    broken: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fetch_two(store, account, tmp_path / "two")
    del Azure.breaks["two/b"]
    monkeypatch.setattr(Azure, "tag", "0x2")
    monkeypatch.setitem(BLOBS, "two/b", LARGE[::-1])
    Azure.asked.clear()
    store.download(blob(account, "two"), tmp_path / "two", quiet, CancelToken())
    assert Azure.asked == [("two/a", ""), ("two/b", "")]
    assert (tmp_path / "two/b").read_bytes() == LARGE[::-1]


def test_without_a_tag_nothing_is_kept(
    store: AzureStore,
    account: str,
    tmp_path: Path,
    broken: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Azure, "tag", "")
    assert "kept" not in str(fetch_two(store, account, tmp_path / "two"))
    assert os.listdir(tmp_path) == [], "nor is what came left behind"
    del Azure.breaks["two/b"]
    store.download(blob(account, "two"), tmp_path / "two", quiet, CancelToken())
    assert (tmp_path / "two/b").read_bytes() == LARGE


def test_what_needs_a_login_names_the_tool_that_has_one(store: AzureStore, account: str) -> None:
    for ask in (store.stat, store.listing, lambda at: store.read(at, 0, 9)):
        with pytest.raises(StoreError) as closed:
            ask(blob(account, "out", signature=""))
        assert closed.value.reason == "denied"
        assert "az storage blob download --blob-url http" in closed.value.hint
        assert closed.value.hint.endswith("--auth-mode login")
    with pytest.raises(StoreError) as missing:
        store.stat(blob(account, "nowhere"))
    assert missing.value.reason == "missing"


def test_the_signature_of_an_address_is_shown_nowhere(store: AzureStore, account: str) -> None:
    place = blob(account, "nowhere", SIGNED.replace("a%2B", "wrong"))
    with pytest.raises(StoreError) as closed:
        store.stat(place)
    assert "signature" not in str(closed.value) + place.url + repr(place)


@pytest.mark.parametrize("endpoint", ["", "ftp://x", "http://["])
def test_an_endpoint_that_is_no_address_is_said(store: AzureStore, endpoint: str) -> None:
    with pytest.raises(StoreError):
        store.stat(located({"azure": {"endpoint": endpoint, "blob": "k"}}, "ml"))
