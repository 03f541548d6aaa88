"""GCS and OSS, which speak the protocol of S3 beside their own."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.s3_servers import ACCESS_KEY, SECRET_KEY, demo_s3, moto_s3
from tests.support.s3_servers import client as boto
from tests.support.s3_store import quiet, secrets
from tui.artifacts import Stores, open_store
from tui.artifacts.base import Folder, Stat, StoreError
from tui.domain.location import Location, S3Location, by_s3, located, reached
from tui.ports.threads import CancelToken
from tui.settings import S3Settings


@pytest.fixture(autouse=True)
def own_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without credentials, and then with a profile."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(
        f"[hmac]\naws_access_key_id={ACCESS_KEY}\naws_secret_access_key={SECRET_KEY}\n"
    )
    return tmp_path


def gcs(key: str) -> Location:
    return located({"gcs": {"bucket": "runs", "key": key}}, "ml")


def stores(endpoint: str, profile: str = "") -> Stores:
    """As the settings of somebody have it who reaches Google at this address."""
    rules = S3Settings(profile=profile, endpoints={"storage.googleapis.com": f"http://{endpoint}"})
    return Stores(secrets, lambda place: reached(place, rules))


def test_what_is_public_in_gcs_is_named_listed_and_read_as_it_is(tmp_path: Path) -> None:
    with moto_s3() as endpoint:
        with boto(endpoint) as s3:
            s3.put_bucket_acl(Bucket="runs", ACL="public-read")
            s3.put_object(Bucket="runs", Key="out/a.txt", Body=b"there", ACL="public-read")
        opened = stores(endpoint)
        store = opened.store(gcs("out"))
        assert isinstance(store.stat(gcs("out/a.txt")), Stat)
        assert store.stat(gcs("out")) == Folder(1, 5)
        (entry,) = store.listing(gcs("out")).entries
        assert store.read(entry.location, 1, 3) == b"her"
        store.download(gcs("out"), tmp_path / "out", quiet, CancelToken())
        assert (tmp_path / "out/a.txt").read_bytes() == b"there"
        assert store.link(gcs("out/a.txt"), 60).until is None
        opened.close()


def test_keys_that_are_here_for_amazon_are_not_sent_to_google(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    with demo_s3("runs") as (endpoint, buckets):
        buckets["runs"].put("k", "there")
        opened = stores(endpoint)
        with pytest.raises(StoreError) as closed:
            opened.store(gcs("k")).read(gcs("k"), 0, 9)
        assert closed.value.reason == "denied"
        assert closed.value.hint == (
            "name an AWS profile that holds HMAC keys in the settings, s3.profile; "
            "or download it with: gcloud storage cp gs://runs/k ."
        )
        opened.close()
        named = stores(endpoint, profile="hmac")
        assert named.store(gcs("k")).read(gcs("k"), 0, 9) == b"there"
        named.close()


def test_a_gcs_location_stands_for_the_same_object_by_s3() -> None:
    assert by_s3(gcs("a/b")) == S3Location(
        "runs", "a/b", endpoint="storage.googleapis.com", signing="named"
    )


@pytest.mark.parametrize(
    ("endpoint", "door"),
    [
        ("oss-cn-hangzhou.aliyuncs.com", "s3.oss-cn-hangzhou.aliyuncs.com"),
        ("https://oss-cn-hangzhou-internal.aliyuncs.com/", "s3.oss-cn-hangzhou-internal"),
        ("http://minio.argo:9000", "http://minio.argo:9000"),
    ],
)
def test_oss_has_a_door_of_its_own_for_the_protocol_of_s3(endpoint: str, door: str) -> None:
    place = by_s3(located({"oss": {"endpoint": endpoint, "bucket": "b", "key": "k"}}, "ml"))
    assert isinstance(place, S3Location)
    assert place.endpoint.startswith(door)
    assert (place.addressing_style, place.signing) == ("virtual", "v2")


def test_oss_is_read_with_the_keys_that_the_workflow_names() -> None:
    with moto_s3() as endpoint:
        with boto(endpoint) as s3:
            s3.put_object(Bucket="runs", Key="k", Body=b"there")
        place = located(
            {
                "oss": {
                    "endpoint": f"http://{endpoint}",
                    "bucket": "runs",
                    "key": "k",
                    "accessKeySecret": {"name": "minio", "key": "user"},
                    "secretKeySecret": {"name": "minio", "key": "password"},
                }
            },
            "ml",
        )
        store = open_store(place, secrets)
        assert store.read(place, 0, 9) == b"there"
        link = store.link(place, 60)
        assert "Signature=" in link.url and "X-Amz-Signature" not in link.url
        store.close()


def test_an_object_of_oss_that_stays_closed_is_had_with_its_own_tool() -> None:
    with demo_s3("runs") as (endpoint, _):
        fields = {"endpoint": f"http://{endpoint}", "bucket": "runs", "key": "a b"}
        place = located({"oss": fields}, "ml")
        store = open_store(place, secrets)
        with pytest.raises(StoreError) as closed:
            store.stat(place)
        assert closed.value.hint == (
            f"download it with: ossutil cp 'oss://runs/a b' . -e http://{endpoint}"
        )
        store.close()


def test_own_credentials_are_named_and_used_only_when_somebody_says_so() -> None:
    rules = S3Settings(profile="hmac")
    place = S3Location("runs", "k", insecure=True, namespace="ml")
    with demo_s3("runs") as (endpoint, buckets):
        buckets["runs"].put("k", "there")
        place = replace(place, endpoint=endpoint)
        wanting = located(
            {
                "s3": {
                    "endpoint": endpoint,
                    "bucket": "runs",
                    "key": "k",
                    "insecure": True,
                    "accessKeySecret": {"name": "not there", "key": "user"},
                    "secretKeySecret": {"name": "not there", "key": "password"},
                    "caSecret": {"name": "not there", "key": "crt"},
                }
            },
            "ml",
        )
        opened = Stores(secrets, lambda at: reached(at, rules))
        with pytest.raises(StoreError) as refused:
            opened.store(wanting).stat(wanting)
        assert refused.value.reason == "secret-missing"
        assert opened.own_credentials(wanting) == "the AWS profile hmac"
        assert not opened.uses_own_credentials
        opened.use_own_credentials()
        assert opened.store(wanting).read(wanting, 0, 9) == b"there"
        assert opened.again().uses_own_credentials
        opened.close()


def test_where_there_are_no_own_credentials_none_are_offered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = S3Location("runs", "k", endpoint="e")
    assert Stores(secrets).own_credentials(place) == ""
    assert Stores(secrets).own_credentials(gcs("k")) == ""
    gone = S3Settings(profile="gone")
    assert Stores(secrets, lambda at: reached(at, gone)).own_credentials(place) == ""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    assert Stores(secrets).own_credentials(place) == "those of the environment"
