"""Artifacts that an Argo Server hands out: no ranges, no sizes, and folders as pages of links."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.argo_server import TOKEN, StandIn, answering, served_by
from tests.support.fake_api import Asked, FakeApi, Reply
from tests.support.headless import run
from tests.support.scripted import manifest
from tui.artifacts import open_store, title_of
from tui.artifacts.base import Folder, Stat, StoreError
from tui.artifacts.served import ServedStore, served
from tui.domain import decode
from tui.domain.artifact import NodeArtifact, artifacts_of_workflow
from tui.domain.identity import ObjectKey, Target
from tui.domain.logtargets import LogTarget
from tui.domain.node import NodeId
from tui.errors import Missing
from tui.logs.archived import archived
from tui.ports.threads import CancelToken
from tui.sources.argo_server import ArgoServerSource

S3 = {"bucket": "b", "endpoint": "minio:9000"}
OUTPUTS = [
    {"name": "plain", "s3": {"key": "etl/hello world.txt"}},
    {"name": "dir", "s3": {"key": "etl/dir/"}},
    {"name": "main-logs", "s3": {"key": "etl/main.log"}},
]
NODES = {
    "etl-1": {
        **{"id": "etl-1", "name": "etl", "displayName": "etl", "type": "Pod"},
        **{"phase": "Succeeded", "outputs": {"artifacts": OUTPUTS}},
        "inputs": {"artifacts": [{"name": "said", "raw": {"data": "hi"}}]},
    }
}
ETL = manifest("etl", phase="Succeeded", nodes=NODES)
ETL["status"]["artifactRepositoryRef"] = {"artifactRepository": {"s3": S3}}
ROOT = "/artifact-files/argo/workflows/etl/etl-1/outputs"
FOLDER = b"""<html><body><ul>
<li><a href="..">..</a></li>
<li><a href="./b%20c.txt">b c.txt</a></li>
<li><a href="./sub/">sub/</a></li>
</ul></body></html>"""
SANDBOX = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "sandbox allow-same-origin; base-uri 'none'",
}


def page(body: bytes) -> Any:
    """A page that somebody made, or of links to what is in a folder."""
    return lambda asked, reply: reply.raw(body, headers=SANDBOX)


class Found:
    """A server, a connection to it, and the artifacts of a run on it."""

    def __init__(self, server: StandIn, api: FakeApi) -> None:
        self.server = server
        self.api = api
        self.source: ArgoServerSource = served_by(api)
        self.workflow = decode.from_manifest(
            self.source.get(Target(ObjectKey("", "wf", "argo", "etl")))
        )

    @property
    def artifacts(self) -> Sequence[NodeArtifact]:
        return served(self.source, self.workflow, artifacts_of_workflow(self.workflow))

    def location(self, name: str) -> Any:
        found = next(each for each in self.artifacts if each.name == name)
        assert found.location is not None
        return found.location


@pytest.fixture
def found() -> Iterator[Found]:
    server = StandIn(ETL)
    server.artifacts = {
        f"{ROOT}/plain": b"hello",
        f"{ROOT}/main-logs": b"".join(b"line %d\n" % number for number in range(300_000)),
        f"{ROOT}/dir/b%20c.txt": b"b",
        f"{ROOT}/dir/sub/d.bin": bytes(3000),
    }
    server.instead.append(answering(f"GET {ROOT}/dir/$", page(FOLDER)))
    inner = b'<ul><li><a href="./d.bin">d.bin</a></li></ul>'
    server.instead.append(answering(f"GET {ROOT}/dir/sub/$", page(inner)))
    with server.running() as api:
        yield Found(server, api)


@pytest.fixture
def store() -> ServedStore:
    return ServedStore(lambda namespace, name, key: b"")


def test_all_but_what_is_written_into_the_workflow_is_handed_out_by_the_server(
    found: Found,
) -> None:
    kinds = {each.name: each.location.kind for each in found.artifacts if each.location}
    assert kinds == {
        **dict.fromkeys(("plain", "dir", "main-logs"), "argo-server"),
        "said": "raw",
    }
    assert title_of(found.location("plain")) == "by the Argo Server"
    assert isinstance(open_store(found.location("plain"), lambda *_: b""), ServedStore)


def test_it_is_read_with_our_token_and_no_secret(found: Found, store: ServedStore) -> None:
    at = found.location("plain")
    fact = store.stat(at)
    assert isinstance(fact, Stat) and (fact.size, fact.is_measured) == (5, True)
    assert store.read(at, 0, 100) == b"hello"
    assert store.read(at, 1, 3) == b"ell"
    assert store.read(at, 9, 3) == b""


def test_what_is_large_has_no_size_and_its_beginning_is_read_alone(
    found: Found, store: ServedStore
) -> None:
    at = found.location("main-logs")
    fact = store.stat(at)
    assert isinstance(fact, Stat) and not fact.is_measured
    assert store.read(at, 0, 14) == b"line 0\nline 1\n"
    assert store.read(at, 7, 7) == b"line 1\n"


def test_a_folder_is_listed_by_its_page_of_links(found: Found, store: ServedStore) -> None:
    at = found.location("dir")
    fact = store.stat(at)
    assert isinstance(fact, Folder) and fact.count == 2
    sub, file = store.listing(at).entries
    assert (sub.name, sub.is_folder) == ("sub", True)
    assert (file.name, file.is_folder, file.size) == ("b c.txt", False, None)
    assert store.read(file.location, 0, 10) == b"b"
    assert [entry.name for entry in store.listing(sub.location).entries] == ["d.bin"]
    first = store.listing(at, limit=1)
    assert [entry.name for entry in first.entries] == ["sub"] and not first.whole
    assert [entry.name for entry in store.listing(at, 1, first.more).entries] == ["b c.txt"]


ODD = {
    "plus+and%20pct.txt": ("./plus&#43;and%20pct.txt", "plus&#43;and%20pct.txt"),
    "q?h#x&y=z.txt": ("./q?h#x&amp;y=z.txt", "q?h#x&amp;y=z.txt"),
    "100% <b>/": ("./100%25%20%3cb%3e/", "100% &lt;b&gt;/"),
    "s#h?/": ("./s#h?/", "s#h?/"),
    "\u00fcn\u00ef.txt": ("./%c3%bcn%c3%af.txt", "\u00fcn\u00ef.txt"),
}
"""Names, and how a server writes them into its page: the address of a link, and its words."""


def test_names_are_the_words_of_links_whatever_is_in_them(
    found: Found, store: ServedStore, tmp_path: Path
) -> None:
    links = "".join(f'<li><a href="{href}">{words}</a></li>\n' for href, words in ODD.values())
    body = f'<ul><li><a href="..">..</a></li>\n{links}</ul>'.encode()
    found.server.instead.insert(0, answering(f"GET {ROOT}/dir/$", page(body)))
    for name in ODD:
        inner = f"{name}z%zz" if name.endswith("/") else name
        found.server.artifacts[f"{ROOT}/dir/{quote(inner)}"] = inner.encode()
        if name.endswith("/"):
            below = page(b'<ul><li><a href="./z%25zz">z%zz</a></li></ul>')
            at = re.escape(f"{ROOT}/dir/{quote(name)}")
            found.server.instead.append(answering(f"GET {at}$", below))
    at = found.location("dir")
    listed = {each.name: each.is_folder for each in store.listing(at).entries}
    assert listed == {name.rstrip("/"): name.endswith("/") for name in ODD}
    store.download(at, tmp_path / "dir", lambda done, total: None, CancelToken())
    there = [path for path in (tmp_path / "dir").rglob("*") if path.is_file()]
    assert len(there) == len(ODD)
    for path in there:
        assert path.read_bytes().decode() == str(path.relative_to(tmp_path / "dir"))


def test_a_folder_in_a_folder_is_told_of_there_alone(
    found: Found, store: ServedStore, tmp_path: Path
) -> None:
    """A server names folders at any depth, and again in the page of the folder they are in."""
    body = FOLDER.replace(b"</ul>", b'<li><a href="./sub/deep/">sub/deep/</a></li></ul>')
    found.server.instead.insert(0, answering(f"GET {ROOT}/dir/$", page(body)))
    at = found.location("dir")
    assert [each.name for each in store.listing(at).entries] == ["sub", "b c.txt"]
    store.download(at, tmp_path / "dir", lambda done, total: None, CancelToken())
    assert [path.name for path in (tmp_path / "dir" / "sub").iterdir()] == ["d.bin"]


def test_a_folder_that_is_not_called_one_is_found_by_where_it_leads(
    found: Found, store: ServedStore
) -> None:
    def leads(asked: Asked, reply: Reply) -> None:
        reply.raw(b"", 307, {"Location": f"{asked.path}/", **SANDBOX})

    found.server.instead.append(answering(f"GET {ROOT}/plain$", leads))
    found.server.instead.append(answering(f"GET {ROOT}/plain/$", page(FOLDER)))
    assert isinstance(store.stat(found.location("plain")), Folder)


def test_a_page_that_is_an_artifact_is_one_and_a_page_of_a_login_is_not(
    found: Found, store: ServedStore
) -> None:
    at = found.location("plain")
    found.server.instead.append(answering(f"GET {ROOT}/plain$", page(b"<h1>report</h1>")))
    assert store.read(at, 0, 100) == b"<h1>report</h1>"
    found.server.instead[-1] = answering(
        f"GET {ROOT}/plain$",
        lambda asked, reply: reply.raw(b"<form>", headers={"Content-Type": "text/html"}),
    )
    with pytest.raises(StoreError, match="a web page was answered") as caught:
        store.read(at, 0, 100)
    assert caught.value.reason == "unreachable"


@pytest.mark.parametrize(
    "links",
    ["../../../etc/passwd", "/etc/passwd", "//evil.example/x", "a/../../b", "https://evil/x"],
)
def test_a_link_that_leads_elsewhere_is_no_entry(
    found: Found, store: ServedStore, links: str
) -> None:
    body = f'<ul><li><a href="./{links}">{links}</a></li><li><a href="{links}">x</a></li></ul>'
    found.server.instead.insert(0, answering(f"GET {ROOT}/dir/$", page(body.encode())))
    for entry in store.listing(found.location("dir")).entries:
        assert entry.location.url.startswith(f"{ROOT}/dir/")
        assert ".." not in entry.location.url.split("/")


def test_a_file_is_downloaded_whole_and_a_folder_with_all_below_it(
    found: Found, store: ServedStore, tmp_path: Path
) -> None:
    def done(done: int, total: int | None) -> None:
        pass

    log = tmp_path / "log"
    store.download(found.location("main-logs"), log, done, CancelToken())
    assert log.read_bytes() == found.server.artifacts[f"{ROOT}/main-logs"]
    store.download(found.location("dir"), tmp_path / "dir", done, CancelToken())
    assert (tmp_path / "dir" / "b c.txt").read_bytes() == b"b"
    assert (tmp_path / "dir" / "sub" / "d.bin").read_bytes() == bytes(3000)


def test_a_store_that_fails_midway_leaves_no_file_behind(
    found: Found, store: ServedStore, tmp_path: Path
) -> None:
    at = found.location("main-logs")
    found.server.artifacts[at.url] = bytes(5000) + b"failed to stream artifact: EOF\n"
    with pytest.raises(StoreError, match="failed to stream artifact: EOF"):
        store.download(at, tmp_path / "log", lambda done, total: None, CancelToken())
    assert list(tmp_path.iterdir()) == []


def test_what_is_read_as_it_comes_is_asked_for_once_and_has_no_words_of_a_failure_in_it(
    found: Found, store: ServedStore
) -> None:
    at = found.location("main-logs")
    fact, whole = Stat(0, is_measured=False), found.server.artifacts[f"{ROOT}/main-logs"]
    assert b"".join(store.stream(at, fact, CancelToken())) == whole
    short = found.location("plain")
    assert b"".join(store.stream(short, Stat(5), CancelToken())) == b"hello"
    found.server.artifacts[at.url] = bytes(5000) + b"failed to stream artifact: EOF\n"
    came: list[bytes] = []
    with pytest.raises(StoreError, match="failed to stream artifact: EOF"):
        came.extend(store.stream(at, fact, CancelToken()))
    assert not b"".join(came).strip(b"\0")


def test_a_connection_that_breaks_midway_leaves_no_file_behind(
    found: Found, store: ServedStore, tmp_path: Path
) -> None:
    def broken(asked: Asked, reply: Reply) -> None:
        reply.begin()
        reply.piece(bytes(1000))
        reply.cut()

    found.server.instead.insert(0, answering("main-logs$", broken))
    with pytest.raises(StoreError) as caught:
        store.download(
            found.location("main-logs"), tmp_path / "x", lambda done, total: None, CancelToken()
        )
    assert caught.value.reason == "unreachable"
    assert caught.value.hint.startswith("the next try begins anew")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        (500, "failed", "does not say why"),
        (403, "denied", "not allowed"),
        (401, "denied", "does not accept our token"),
        (404, "missing", "plain does not exist"),
        (502, "failed", "does not say why"),
    ],
)
def test_refusals_say_what_they_may_mean(
    found: Found, store: ServedStore, status: int, reason: str, words: str
) -> None:
    found.server.instead.append(
        answering("plain$", lambda asked, reply: reply.raw(b"Internal Server Error\n", status))
    )
    with pytest.raises(StoreError, match=words) as caught:
        store.stat(found.location("plain"))
    assert caught.value.reason == reason
    if status == 500:
        assert "right to get the secret" in caught.value.hint


def test_there_is_no_link_to_what_needs_a_token(found: Found, store: ServedStore) -> None:
    with pytest.raises(StoreError, match="needs a token"):
        store.link(found.location("plain"), 60)


def test_an_archived_log_is_read_through_the_server(found: Found) -> None:
    node = found.workflow.nodes[NodeId("etl-1")]
    pieces = list(archived(found.source, found.workflow, LogTarget(node, "etl-1", "main")))
    assert b"".join(pieces) == found.server.artifacts[f"{ROOT}/main-logs"]
    asked = [each for each in found.api.asked if each.path.endswith("main-logs")]
    assert len(asked) < 6, "few reads, since each begins at the beginning"
    with pytest.raises(Missing):
        list(archived(found.source, found.workflow, LogTarget(node, "etl-1", "side")))


def test_of_a_run_that_only_the_archive_has_the_archive_is_asked(found: Found) -> None:
    found.server.archive(ETL)
    found.server.delete("etl")
    found.workflow = decode.from_manifest(
        found.source.get(Target(ObjectKey("", "wf", "argo", "etl")))
    )
    uid = found.workflow.metadata.uid
    assert found.location("plain").url == (
        f"/artifact-files/argo/archived-workflows/{uid}/etl-1/outputs/plain"
    )


def test_commands_list_and_copy_what_the_server_hands_out(
    found: Found, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARGO_SERVER", found.api.url)
    monkeypatch.setenv("ARGO_TOKEN", TOKEN)
    listed = run(["artifacts", "etl", "-n", "argo", "-o", "json"])
    assert listed.code == 0, listed.err
    sizes = {each["name"]: each.get("size") for each in json.loads(listed.out)}
    assert sizes == {"plain": 5, "dir": None, "main-logs": None, "said": 2}
    copied = run(["cp", "etl", str(tmp_path), "-n", "argo", "--path", "{artifactName}"])
    assert copied.code == 0, copied.err
    there = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert {"dir/dir/b c.txt", "dir/dir/sub/d.bin"} <= there
    assert any(name.startswith("plain") for name in there)
