"""The S3 servers and the store that the tests here ask for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.s3_servers import client, demo_s3, moto_s3, rclone_s3
from tests.support.s3_store import MIB, secrets
from tui.artifacts.s3 import S3Store


@pytest.fixture(scope="module", params=["demo", "moto", "rclone"])
def endpoint(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a server with an empty bucket called runs: ours, moto and rclone in turn."""
    if request.param == "demo":
        with demo_s3("runs") as (started, _):
            yield started
    elif request.param == "moto":
        with moto_s3("runs") as started:
            yield started
    else:
        with rclone_s3(tmp_path_factory.mktemp("rclone")) as started:
            yield started


@pytest.fixture(scope="module")
def filled(endpoint: str) -> str:
    """The same with some objects in it."""
    with client(endpoint) as s3:
        for key, body in {
            "wf/pod/report.json": b'{"auc": 0.9}',
            "wf/pod/empty": b"",
            "wf/pod/with space+plus %41 \xc3\xbc.txt".encode("latin-1").decode(): b"odd",
            "wf/pod/shards/part-00": b"00",
            "wf/pod/shards/part-01": b"0101",
            "wf/pod/shards/deep/er/part-02": b"020202",
            "wf/pod/shards-other/part": b"not inside",
        }.items():
            s3.put_object(Bucket="runs", Key=key, Body=body)
        s3.put_object(Bucket="runs", Key="big", Body=bytes(range(256)) * (40 * MIB // 256))
    return endpoint


@pytest.fixture
def store() -> Iterator[S3Store]:
    made = S3Store(secrets)
    yield made
    made.close()
