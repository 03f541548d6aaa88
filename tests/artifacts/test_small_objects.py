"""A folder of many small objects: many are asked for at a time, each in a request that costs
little, and what is not answered plainly is asked for again by boto3."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from botocore import UNSIGNED
from botocore.config import Config

from tests.support.s3_answers import ODD_KEYS
from tests.support.s3_servers import client, demo_s3, serving
from tests.support.s3_store import here, quiet, secrets
from tui.artifacts.base import StoreError
from tui.artifacts.s3 import S3Store
from tui.artifacts.s3_client import Client
from tui.artifacts.s3_download import MOST_REQUESTS, PARALLEL_REQUESTS
from tui.artifacts.s3_small import SmallObjects
from tui.domain.location import SecretRef
from tui.ports.threads import CancelToken

V4 = Config(signature_version="s3v4")
COUNT = 80
NAMES = [f"dir/part-{number:02}" for number in range(COUNT)]


class Far(BaseHTTPRequestHandler):
    """A store that is far away: it answers late. The first requests for objects may be refused."""

    protocol_version = "HTTP/1.1"
    lock = threading.Lock()
    late = 0.05
    refused: int
    cut: bool
    now: int
    most: int
    agents: set[str]

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, urlsplit(self.path).query
        if "list-type" in query:
            objects = "".join(
                f"<Contents><Key>{name}</Key><Size>{len(name)}</Size><ETag>one</ETag></Contents>"
                for name in NAMES
            )
            self._answer(200, f"<ListBucketResult>{objects}</ListBucketResult>".encode())
            return
        with Far.lock:
            Far.now += 1
            Far.most = max(Far.most, Far.now)
            is_refused, Far.refused = Far.refused > 0, Far.refused - 1
        time.sleep(self.late)
        if is_refused and Far.cut:
            self.close_connection = True
        elif is_refused:
            self._answer(503, b"<Error><Code>SlowDown</Code></Error>")
        else:
            self._answer(200, unquote(path).removeprefix("/runs/").encode())
        with Far.lock:
            Far.now -= 1

    def do_HEAD(self) -> None:
        self._answer(404, b"")

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"one"')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def far() -> Iterator[str]:
    Far.refused, Far.cut, Far.now, Far.most = 0, False, 0, 0
    with serving(Far) as server:
        yield server


def fetch(store: S3Store, endpoint: str, target: Path) -> None:
    store.download(here(endpoint, "dir/"), target, quiet, CancelToken())


def is_whole(target: Path) -> bool:
    found = {f"dir/{path.name}": path.read_text() for path in target.iterdir()}
    return found == {name: name for name in NAMES}


def test_of_a_store_that_answers_late_many_are_asked_for_at_a_time(
    store: S3Store, far: str, tmp_path: Path
) -> None:
    fetch(store, far, tmp_path / "d")
    assert is_whole(tmp_path / "d")
    assert PARALLEL_REQUESTS < Far.most <= MOST_REQUESTS


@pytest.mark.parametrize("cut", [False, True], ids=["slow down", "no answer"])
def test_what_is_refused_once_comes_all_the_same(
    store: S3Store, far: str, tmp_path: Path, cut: bool
) -> None:
    Far.refused, Far.cut = PARALLEL_REQUESTS, cut
    fetch(store, far, tmp_path / "d")
    assert is_whole(tmp_path / "d")


def test_a_store_that_refuses_them_all_is_told_as_boto3_has_it(
    store: S3Store, far: str, tmp_path: Path
) -> None:
    Far.refused = 1_000_000
    with pytest.raises(StoreError, match="asks us to slow down"):
        fetch(store, far, tmp_path / "d")


@pytest.fixture
def odd() -> Iterator[str]:
    with demo_s3("runs") as (endpoint, buckets):
        for key in ODD_KEYS:
            buckets["runs"].put(f"odd/{key}", key.encode())
        yield endpoint


def test_keys_are_signed_as_boto3_does_whatever_is_in_them(odd: str) -> None:
    with client(odd, config=V4) as boto:
        small = SmallObjects.of(Client(boto, {}), "runs")
        assert small is not None
        for key in ODD_KEYS:
            body = small.body(f"odd/{key}", "", len(key.encode()))
            assert body is not None, key
            assert body.read() == key.encode()


@pytest.mark.parametrize("key", ["missing", "odd/plain"])
def test_what_is_not_the_object_that_was_listed_is_left_to_boto3(odd: str, key: str) -> None:
    with client(odd, config=V4) as boto:
        small = SmallObjects.of(Client(boto, {}), "runs")
        assert small is not None
        assert small.body(key, "another", 5) is None
        assert small.body("odd/plain", "", 5) is None, "from then on all are"


@pytest.mark.parametrize("style", ["path", "virtual"])
def test_any_way_of_addressing_a_bucket_is_taken_over(style: str) -> None:
    with client("s3.test:9000", config=V4.merge(Config(s3={"addressing_style": style}))) as boto:
        small = SmallObjects.of(Client(boto, {}), "runs")
    expected = "s3.test:9000/runs/" if style == "path" else "runs.s3.test:9000/"
    assert small is not None and small.before == f"http://{expected}"


def test_with_a_key_of_its_own_or_another_signature_boto3_asks() -> None:
    with client("127.0.0.1:9", config=V4) as boto:
        assert SmallObjects.of(Client(boto, {"SSECustomerKey": "k"}), "runs") is None
    with client("127.0.0.1:9", config=Config(signature_version="s3")) as boto:
        assert SmallObjects.of(Client(boto, {}), "runs") is None


def test_a_session_token_goes_along_and_an_open_bucket_needs_no_signature(far: str) -> None:
    with client(far, config=V4, aws_session_token="lent") as boto:
        small = SmallObjects.of(Client(boto, {}), "runs")
        assert small is not None
        assert small.request("k", "").headers["X-Amz-Security-Token"] == "lent"
        assert re.search("Credential=demo-user/", small.request("k", "").headers["Authorization"])
    with client(far, config=Config(signature_version=UNSIGNED)) as boto:
        small = SmallObjects.of(Client(boto, {}), "runs")
        assert small is not None
        assert "Authorization" not in small.request("k", "").headers


def test_wrong_keys_are_told_as_wrong(tmp_path: Path) -> None:
    with demo_s3("runs") as (endpoint, buckets):
        for name in NAMES:
            buckets["runs"].put(name, name)
        store = S3Store(secrets)
        place = here(endpoint, "dir/", secret_key=SecretRef("minio", "wrong"))
        with pytest.raises(StoreError, match="does not accept the secret key"):
            store.download(place, tmp_path / "d", quiet, CancelToken())
        store.close()
    assert list(tmp_path.iterdir()) == []
