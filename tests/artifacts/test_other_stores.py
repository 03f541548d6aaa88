"""Raw text, open web addresses, what is not supported, and repositories that are only named."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.support.scripted import ScriptedSource
from tui.artifacts import Stores, open_store
from tui.artifacts.base import Stat, Store, StoreError, Streams
from tui.artifacts.controller import archive_limit
from tui.artifacts.elsewhere import with_tool
from tui.artifacts.repository import Found, find_repository, look_for_repository
from tui.domain.location import Location, OtherLocation, RawLocation, S3Location, located
from tui.domain.workflow import Workflow
from tui.errors import Refused
from tui.ports.secrets import Secrets
from tui.ports.threads import CancelToken


def no_secrets(namespace: str, name: str, key: str) -> bytes:
    raise AssertionError("nobody may ask for a secret here")


def quiet(done: int, total: int | None) -> None:
    pass


class Pages(BaseHTTPRequestHandler):
    """Some pages, one that knows ranges."""

    seen: list[str] = []

    def do_HEAD(self) -> None:
        if self.path.startswith("/no-head-"):
            self.send_error(int(self.path[-3:]))
        else:
            self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        self.seen.append(self.headers.get("X-Token", ""))
        if self.path.startswith("/moved?"):
            self.send_response(302)
            self.send_header("Location", self.path.partition("?")[2])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        status = {"/gone": 404, "/closed": 403}.get(self.path.partition("?")[0], 200)
        body = b"0123456789"
        asked = self.headers.get("Range")
        if asked and self.path.startswith(("/ranges", "/no-head-4")) and status == 200:
            first, last = asked.removeprefix("bytes=").split("-")
            body, status = body[int(first) : int(last) + 1], 206
        self.send_response(status)
        odd = {"/many": "9" * 5000, "/odd": "a few"}
        if status == 206:
            self.send_header("Content-Range", f"bytes {first}-{last}/10")
        self.send_header("Content-Length", odd.get(self.path, str(len(body))))
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def serving(pages: type[Pages]) -> Iterator[str]:
    """Where they are served."""
    pages.seen = []
    with ThreadingHTTPServer(("127.0.0.1", 0), pages) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def site() -> Iterator[str]:
    with serving(Pages) as place:
        yield f"http://{place}"


class Relay(Pages):
    """A proxy that answers for every server there is."""

    def _answer(self, *, with_body: bool) -> None:
        self.seen.append(f"{self.path} {self.headers.get('Proxy-Authorization', '')}".strip())
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        if with_body:
            self.wfile.write(b"relay")


@pytest.fixture
def store() -> Iterator[Store]:
    made = open_store(OtherLocation("http", "", ""), no_secrets)
    yield made
    made.close()


def page(url: str, **more: Any) -> Location:
    return located({"http": {"url": url, **more}}, "argo")


@pytest.mark.parametrize("path", ["/ranges", "/plain"])
def test_a_web_address_is_read_in_parts_whether_or_not_it_knows_ranges(
    store: Store, site: str, path: str
) -> None:
    assert store.stat(page(site + path)) == Stat(10)
    assert store.read(page(site + path), 3, 4) == b"3456"
    assert store.read(page(site + path), 8, 100) == b"89"


@pytest.mark.parametrize("status", [403, 405, 501])
def test_a_server_that_refuses_head_is_asked_for_the_first_byte(
    store: Store, site: str, status: int
) -> None:
    place = page(f"{site}/no-head-{status}")
    assert store.stat(place) == Stat(10)
    assert store.read(place, 3, 4) == b"3456"


class Breaking(Pages):
    """Breaks every connection after some bytes; knows ranges unless the tag is weak."""

    tag = '"one"'
    body = bytes(range(256)) * 40
    changes = False
    most = 4000

    def _answer(self, *, with_body: bool) -> None:
        span = self.headers.get("Range", "bytes=0-")
        self.seen.append(f"{span} {self.headers.get('If-Range', '')}".strip())
        first = int(span.removeprefix("bytes=").partition("-")[0])
        is_rest = first > 0 and not self.changes
        rest = self.body[first if is_rest else 0 :]
        self.send_response(206 if is_rest else 200)
        self.send_header("Content-Length", str(len(rest)))
        self.send_header("ETag", self.tag)
        self.end_headers()
        self.wfile.write(rest[: self.most])
        self.close_connection = True


def test_a_broken_connection_goes_on_from_where_it_broke(store: Store, tmp_path: Path) -> None:
    with serving(Breaking) as place:
        store.download(page(f"http://{place}/"), tmp_path / "x", quiet, CancelToken())
        assert Breaking.seen == ["bytes=0-", 'bytes=4000- "one"', 'bytes=8000- "one"']
    assert (tmp_path / "x").read_bytes() == Breaking.body


class Leaving(Breaking):
    """Goes away after some bytes, until it is said to stay; then it knows ranges."""

    stays = False

    def _answer(self, *, with_body: bool) -> None:
        first = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")[0]
        if int(first) and not self.stays:
            self.seen.append("away")
            self.close_connection = True
            return
        super()._answer(with_body=with_body)


@pytest.fixture
def leaving(tmp_path: Path, store: Store) -> Iterator[tuple[str, Path]]:
    """A server that went away in the middle of a download, and where that was to go."""
    target = tmp_path / "x"
    Leaving.stays, Leaving.tag, Leaving.body = False, '"one"', Breaking.body
    with serving(Leaving) as place:
        with pytest.raises(StoreError) as broke:
            store.download(page(f"http://{place}/"), target, quiet, CancelToken())
        assert broke.value.reason == "unreachable"
        assert broke.value.hint == "3.9 KiB are kept; the next try goes on from there"
        assert not target.exists() and len(list(tmp_path.iterdir())) == 1
        Leaving.stays, Leaving.seen = True, []
        yield place, target


def test_the_next_try_of_a_web_address_asks_only_for_the_rest(
    store: Store, leaving: tuple[str, Path]
) -> None:
    place, target = leaving
    # The signature of an address is another one each time.
    store.download(page(f"http://{place}/?X-Amz-Signature=b"), target, quiet, CancelToken())
    assert Leaving.seen[0] == 'bytes=4000- "one"'
    assert target.read_bytes() == Breaking.body
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("length", [10_240, 100])
def test_what_changed_between_two_tries_is_read_anew(
    store: Store, leaving: tuple[str, Path], monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    place, target = leaving
    monkeypatch.setattr(Leaving, "tag", '"two"')
    monkeypatch.setattr(Leaving, "changes", True)
    monkeypatch.setattr(Leaving, "body", (Breaking.body[::-1] + b"?")[:length])
    monkeypatch.setattr(Leaving, "most", 1 << 20)
    store.download(page(f"http://{place}/"), target, quiet, CancelToken())
    assert target.read_bytes() == Leaving.body


@pytest.mark.parametrize("note", [b"", b"argo-tui part of", b"\xff" * 28, b"\0" * 12])
def test_a_part_without_a_note_that_can_be_is_not_believed(
    store: Store, leaving: tuple[str, Path], note: bytes
) -> None:
    place, target = leaving
    (part,) = target.parent.iterdir()
    part.write_bytes(b"something else" + note)
    store.download(page(f"http://{place}/"), target, quiet, CancelToken())
    assert Leaving.seen[0] == "bytes=0-"
    assert target.read_bytes() == Breaking.body


class Untagged(Breaking):
    tag = 'W/"weak"'


class Changing(Breaking):
    changes = True


@pytest.mark.parametrize(
    ("pages", "words"),
    [(Untagged, "broke after 4,000 of 10,240 bytes"), (Changing, "changed while it was read")],
)
def test_what_breaks_off_or_changes_is_told_and_leaves_nothing(
    store: Store, tmp_path: Path, pages: type[Pages], words: str
) -> None:
    with serving(pages) as place, pytest.raises(StoreError, match=words) as caught:
        store.download(page(f"http://{place}/"), tmp_path / "x", quiet, CancelToken())
    assert list(tmp_path.iterdir()) == []
    begins_anew = caught.value.hint.startswith("the next try begins anew")
    assert begins_anew == (pages is Untagged), "where nothing can be kept that is said"


def test_a_web_address_is_read_as_it_comes_by_one_request(store: Store) -> None:
    assert isinstance(store, Streams) and "stream" in store.can
    with serving(Pages) as place:
        got = store.stream(page(f"http://{place}/ranges"), Stat(10), CancelToken())
        assert b"".join(got) == b"0123456789"
        assert len(Pages.seen) == 1
    with serving(Breaking) as place:
        got = store.stream(page(f"http://{place}/"), Stat(10_240), CancelToken())
        assert b"".join(got) == Breaking.body, "it goes on where its connection broke"
        assert Breaking.seen == ["bytes=0-", 'bytes=4000- "one"', 'bytes=8000- "one"']


@pytest.mark.parametrize(
    ("pages", "words"),
    [(Untagged, "broke after 4,000 of 10,240 bytes"), (Changing, "changed while it was read")],
)
def test_what_is_read_as_it_comes_and_cannot_go_on_says_so(
    store: Store, pages: type[Pages], words: str
) -> None:
    assert isinstance(store, Streams)
    with serving(pages) as place, pytest.raises(StoreError, match=words):
        list(store.stream(page(f"http://{place}/"), Stat(10_240), CancelToken()))


def test_what_is_read_as_it_comes_ends_when_it_is_stopped(store: Store) -> None:
    assert isinstance(store, Streams)
    stop = CancelToken()
    with serving(Breaking) as place:
        got = store.stream(page(f"http://{place}/"), Stat(10_240), stop)
        assert len(next(got)) > 0
        stop.set()
        assert list(got) == []


def test_a_web_address_is_its_own_link(store: Store) -> None:
    assert store.link(page("https://h/a?sig=x"), 60).url == "https://h/a?sig=x"
    with pytest.raises(StoreError, match="headers"):
        store.link(page("https://h/a", headers=[{"name": "X-Token", "value": "t"}]), 60)


def test_a_web_address_is_saved_with_the_headers_that_the_workflow_names(
    store: Store, site: str, tmp_path: Path
) -> None:
    place = page(f"{site}/plain", headers=[{"name": "X-Token", "value": "t"}])
    store.download(place, tmp_path / "x", quiet, CancelToken())
    assert (tmp_path / "x").read_bytes() == b"0123456789"
    assert Pages.seen == ["t"]


@pytest.mark.parametrize(("host", "token"), [("127.0.0.1", "t"), ("localhost", "")])
def test_headers_of_the_workflow_go_to_no_other_server_that_one_is_sent_to(
    store: Store, site: str, host: str, token: str
) -> None:
    there = f"{site.replace('127.0.0.1', host)}/plain"
    place = page(f"{site}/moved?{there}", headers=[{"name": "X-Token", "value": "t"}])
    assert store.read(place, 0, 10) == b"0123456789"
    assert Pages.seen == ["t", token]


@pytest.mark.parametrize(("path", "reason"), [("/gone", "missing"), ("/closed", "denied")])
def test_what_a_web_server_refuses_is_told(store: Store, site: str, path: str, reason: str) -> None:
    with pytest.raises(StoreError) as error:
        store.read(page(site + path), 0, 10)
    assert error.value.reason == reason


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x/y", ""])
def test_only_web_addresses_are_asked(store: Store, url: str) -> None:
    with pytest.raises(StoreError) as error:
        store.read(OtherLocation("http", "", url), 0, 10)
    assert error.value.reason == "unsupported"


def test_credentials_are_never_sent_to_an_address_that_a_workflow_names(
    store: Store, site: str
) -> None:
    auth = {"basicAuth": {"usernameSecret": {"name": "s", "key": "u"}}}
    with pytest.raises(StoreError) as error:
        store.read(page(f"{site}/plain", auth=auth), 0, 10)
    assert (error.value.reason, Pages.seen) == ("unsupported", [])


@pytest.mark.parametrize("path", ["/gone?X-Amz-Signature=hush", "/closed?sig=hush"])
def test_an_address_that_is_a_key_by_itself_is_told_without_it(
    store: Store, site: str, path: str
) -> None:
    address = f"{site}{path}".replace("://", "://jane:hush@")
    with pytest.raises(StoreError) as caught:
        store.stat(page(address))
    assert "hush" not in str(caught.value)
    assert "***" in str(caught.value)
    assert "hush" not in repr(page(address))


def test_an_address_where_nobody_is_is_unreachable(store: Store) -> None:
    with pytest.raises(StoreError) as error:
        store.read(page("http://127.0.0.1:1/x"), 0, 10)
    assert error.value.reason == "unreachable"
    assert error.value.what == "cannot reach 127.0.0.1"
    assert "MaxRetryError" not in str(error.value)


def test_a_host_that_nobody_knows_is_said_by_its_name(store: Store) -> None:
    with pytest.raises(StoreError, match=r"cannot reach no-such\.invalid") as error:
        store.read(page("http://no-such.invalid/x"), 0, 10)
    assert "no host is known by this name" in error.value.hint


@pytest.mark.parametrize("url", ["http://[", "http://a b/", "http:///", "http://127.0.0.1:99999/"])
def test_an_address_that_is_none_is_said(store: Store, url: str) -> None:
    with pytest.raises(StoreError, match="cannot"):
        store.stat(page(url))


@pytest.mark.parametrize("value", ["two\nlines", "日本"])
def test_a_header_that_cannot_be_sent_is_said(store: Store, site: str, value: str) -> None:
    with pytest.raises(StoreError, match="cannot be requested"):
        store.stat(page(f"{site}/plain", headers=[{"name": "X-Token", "value": value}]))
    assert Pages.seen == []


@pytest.mark.parametrize("path", ["/many", "/odd"])
def test_a_length_that_is_none_is_as_good_as_unsaid(
    store: Store, site: str, tmp_path: Path, path: str
) -> None:
    told: list[int | None] = []
    store.download(
        page(site + path), tmp_path / "x", lambda _, size: told.append(size), CancelToken()
    )
    assert (tmp_path / "x").read_bytes() == b"0123456789"
    assert set(told) == {None}


def test_raw_text_is_there_without_asking_anybody(tmp_path: Path) -> None:
    raw = open_store(RawLocation("grün"), no_secrets)
    assert raw.stat(RawLocation("grün")) == Stat(5)
    assert raw.read(RawLocation("grün"), 1, 2) == b"r\xc3"
    raw.download(RawLocation("grün"), tmp_path / "x", quiet, CancelToken())
    assert (tmp_path / "x").read_text() == "grün"
    with pytest.raises(StoreError):
        raw.listing(RawLocation("x"))
    with pytest.raises(StoreError) as other:
        raw.stat(S3Location("b", "k"))
    assert other.value.reason == "unsupported"


@pytest.mark.parametrize(
    ("location", "hint"),
    [
        ({"git": {"repo": "https://x/y.git"}}, "git clone https://x/y.git"),
        ({"hdfs": {"addresses": ["h"], "path": "/a b"}}, "hdfs dfs -get '/a b'"),
        (
            {"hdfs": {"addresses": ["h"], "path": "/a'; rm -rf ~; '"}},
            """hdfs dfs -get '/a'"'"'; rm -rf ~; '"'"''""",
        ),
        ({"hdfs": {"addresses": ["h"], "path": "/a\x1b"}}, "hdfs dfs -get $'/a\\x1b'"),
        ({"plugin": {"name": "p", "key": "k"}}, "argo cp"),
    ],
)
def test_a_kind_without_a_store_names_the_tool_that_has_one(
    location: dict[str, Any], hint: str
) -> None:
    with pytest.raises(StoreError) as error:
        open_store(located(location, "argo"), no_secrets)
    assert error.value.reason == "unsupported"
    assert error.value.hint.endswith(hint)


AZURE = {"endpoint": "https://acme.blob.core.windows.net/?sig=hush", "container": "runs"}


@pytest.mark.parametrize(
    ("wired", "command"),
    [
        (
            {"azure": {**AZURE, "blob": "etl/a b?.csv"}},
            "az storage blob download --blob-url "
            "https://acme.blob.core.windows.net/runs/etl/a%20b%3F.csv --file './a b?.csv' "
            "--auth-mode login",
        ),
        (
            {"azure": {**AZURE, "blob": "etl/out/"}},
            "az storage blob download-batch --account-name acme --auth-mode login "
            "-s runs --pattern 'etl/out/*' -d .",
        ),
        ({"gcs": {"bucket": "runs", "key": "a b"}}, "gcloud storage cp 'gs://runs/a b' ."),
        ({"gcs": {"bucket": "r", "key": "out/"}}, "gcloud storage cp --recursive gs://r/out/ ."),
        (
            {"oss": {"bucket": "r", "key": "k", "endpoint": "oss-cn-beijing.aliyuncs.com"}},
            "ossutil cp oss://r/k . -e oss-cn-beijing.aliyuncs.com",
        ),
        ({"http": {"url": "https://h/$(id)"}}, "curl -fLO 'https://h/$(id)'"),
        (
            {"artifactory": {"url": "https://h/a", "usernameSecret": {"name": "s", "key": "k"}}},
            'curl -fLO -u "$USER" https://h/a',
        ),
        ({"hdfs": {"addresses": ["a:1"], "path": "/x;rm -r ."}}, "hdfs dfs -get '/x;rm -r .'"),
    ],
)
def test_the_command_of_another_tool_is_right_and_can_be_pasted(
    wired: dict[str, Any], command: str
) -> None:
    found = with_tool(located(wired, "argo"))
    assert found == command
    assert shlex.split(found), "a shell takes it for words"


def test_the_command_for_another_tool_names_no_login() -> None:
    with pytest.raises(StoreError) as caught:
        open_store(OtherLocation("git", "", "https://jane:hush@host/repo"), no_secrets)
    assert caught.value.hint == "download it with: git clone 'https://***@host/repo'"


def test_stores_are_opened_once_and_anew_after_closing() -> None:
    stores = Stores(no_secrets)
    first = stores.store(RawLocation("x"))
    assert stores.store(RawLocation("y")) is first
    stores.close()
    assert stores.store(RawLocation("y")) is not first


def workflow(**reference: Any) -> Workflow:
    whole = {
        "metadata": {"name": "wf", "namespace": "ml"},
        "status": {"artifactRepositoryRef": reference},
    }
    return msgspec.convert(whole, Workflow)


S3 = {"s3": {"bucket": "b", "endpoint": "e"}}


def test_a_repository_in_the_status_is_taken_without_asking() -> None:
    source = ScriptedSource()
    assert find_repository(workflow(artifactRepository=S3), source) == S3
    assert not source.asked


def test_a_named_repository_is_found_in_the_second_place() -> None:
    source = ScriptedSource()
    text = "archiveLogs: true\ns3:\n  bucket: b\n  endpoint: e\n"
    source.maps["ml", "cm"] = {"other": "junk", "main": text}
    found = find_repository(workflow(configMap="cm", key="main", namespace="argo"), source)
    assert found is not None and found["s3"]["bucket"] == "b"
    assert [about for _, about in source.asked] == [("argo", "cm"), ("ml", "cm")]


@pytest.mark.parametrize(
    "data", [{}, {"a": "[broken"}, {"a": "just text"}, {"a": "s3: {}", "b": "s3: {}"}]
)
def test_no_repository_that_can_be_meant_is_none(data: dict[str, str]) -> None:
    source = ScriptedSource()
    source.maps["ml", "artifact-repositories"] = data
    assert find_repository(workflow(), source) is None
    assert source.asked == [
        ("config_map", ("ml", "artifact-repositories")),
        ("config_map", ("ml", "workflow-controller-configmap")),
        ("config_map", ("argo", "workflow-controller-configmap")),
        ("config_maps", "workflow-controller-configmap"),
    ]
    source.refusal = Refused("no right", status=403)
    assert look_for_repository(workflow(), source) == Found(None, "no right")
    bare = ScriptedSource(lacks={Secrets: "no secrets"})
    assert look_for_repository(workflow(), bare) == Found(None, "no secrets")


@pytest.mark.parametrize(
    ("data", "days"),
    [
        ({"persistence": "archive: true\narchiveTTL: 30d\n"}, 30),
        ({"config": "persistence: {archive: true, archiveTTL: 24h}"}, 1),
        ({"persistence": "archive: true\n"}, None),
        ({"persistence": "- odd"}, None),
        ({}, None),
    ],
)
def test_how_long_the_archive_keeps_runs_is_in_the_controllers_config_map(
    data: dict[str, str], days: int | None
) -> None:
    source = ScriptedSource()
    assert archive_limit(source, "ml") is None, "there is no config map"
    source.maps["elsewhere", "workflow-controller-configmap"] = data
    assert archive_limit(source, "ml") == (timedelta(days=days) if days else None)


ONE, TWO = "s3: {bucket: one, endpoint: e}", "s3: {bucket: two, endpoint: e}"
DEFAULT = "workflows.argoproj.io/default-artifact-repository"


def bucket_of(found: dict[str, Any] | None) -> str:
    return found["s3"]["bucket"] if found is not None else ""


def test_of_several_repositories_the_one_that_is_annotated_as_the_default_is_meant() -> None:
    source = ScriptedSource()
    source.maps["ml", "artifact-repositories"] = {"a": ONE, "b": TWO}
    source.map_annotations["ml", "artifact-repositories"] = {DEFAULT: "b"}
    assert bucket_of(find_repository(workflow(), source)) == "two"


@pytest.mark.parametrize("where", ["ml", "argo", "elsewhere"])
@pytest.mark.parametrize(
    "data",
    [{"artifactRepository": ONE}, {"config": "artifactRepository: {s3: {bucket: one}}"}],
    ids=["key", "one text"],
)
def test_the_controllers_own_repository_is_the_last_resort(
    where: str, data: dict[str, str]
) -> None:
    source = ScriptedSource()
    source.maps[where, "workflow-controller-configmap"] = data
    assert bucket_of(find_repository(workflow(), source)) == "one"
    assert bucket_of(find_repository(workflow(default=True), source)) == "one"
    asked = [about for what, about in source.asked if what == "config_map"]
    assert asked.count(("ml", "artifact-repositories")) == 1, "not where the default is meant"
    # What is asked for by name is never another one.
    assert find_repository(workflow(configMap="cm"), source) is None


@pytest.mark.parametrize("where", ["argo", "elsewhere"])
def test_a_repository_that_the_spec_names_is_looked_for_where_the_controller_is(where: str) -> None:
    source = ScriptedSource()
    source.maps[where, "workflow-controller-configmap"] = {"artifactRepository": ONE}
    source.maps[where, "mine"] = {"a": ONE, "b": TWO}
    whole = {
        "metadata": {"name": "wf", "namespace": "ml"},
        "spec": {"artifactRepositoryRef": {"configMap": "mine", "key": "b"}},
    }
    asked = msgspec.convert(whole, Workflow)
    assert bucket_of(find_repository(asked, source)) == "two"
    source.maps["ml", "mine"] = {"b": ONE}
    assert bucket_of(find_repository(asked, source)) == "one", "its own namespace comes first"


def test_a_web_address_is_asked_for_through_the_proxy_of_the_environment(
    store: Store, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(Relay) as relay:
        monkeypatch.setenv("http_proxy", f"http://me:p%40ss@{relay}")
        assert store.read(page("http://models.invalid/latest"), 0, 5) == b"relay"
        assert Relay.seen == ["http://models.invalid/latest Basic bWU6cEBzcw=="]
        monkeypatch.setenv("no_proxy", "closed.invalid")
        with pytest.raises(StoreError, match=r"closed\.invalid"):
            store.read(page("http://closed.invalid/latest"), 0, 5)
        assert store.read(page(f"{site}/plain"), 0, 5) == b"01234"
        monkeypatch.setenv("http_proxy", relay)
        assert store.read(page("http://models.invalid/latest"), 0, 5) == b"relay"
        assert Relay.seen[-1] == "http://models.invalid/latest", "a proxy without a login"


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "http://127.0.0.1:1", "nonsense://x"])
def test_a_proxy_that_does_not_serve_is_an_error_in_words(
    store: Store, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(StoreError) as refused:
        store.read(page("http://models.invalid/latest"), 0, 5)
    assert "models.invalid" in str(refused.value)
