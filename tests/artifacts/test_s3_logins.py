"""Keys, roles and addresses: what opens a bucket, and what is said when nothing does."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.s3_servers import ACCESS_KEY, SECRET_KEY, client, demo_s3, moto_s3, rclone_s3
from tests.support.s3_store import here, secrets
from tui.artifacts.base import StoreError
from tui.artifacts.s3 import S3Store
from tui.domain.location import SecretRef
from tui.errors import Refused


@pytest.fixture(scope="module", params=["demo", "rclone"])
def strict(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Servers that check signatures."""
    if request.param == "demo":
        with demo_s3("runs") as (started, _):
            yield started
    else:
        with rclone_s3(tmp_path_factory.mktemp("rclone")) as started:
            yield started


@pytest.mark.parametrize("wrong", ["access_key", "secret_key"])
def test_wrong_keys_are_told_as_wrong_and_read_again_next_time(strict: str, wrong: str) -> None:
    asked: list[str] = []

    def counted(namespace: str, name: str, key: str) -> bytes:
        asked.append(key)
        return secrets(namespace, name, key)

    store = S3Store(counted)
    place = here(strict, "k", **{wrong: SecretRef("minio", "wrong")})
    for _ in range(2):
        with pytest.raises(StoreError) as error:
            store.read(place, 0, 10)
        assert error.value.reason == "login"
        assert "minio" in error.value.hint
    assert len(asked) == 4
    with pytest.raises(StoreError) as missing:
        store.stat(here(strict, "k"))
    assert missing.value.reason == "missing"
    store.close()


def test_a_secret_that_cannot_be_read_is_told_with_its_name(filled: str) -> None:
    def refused(namespace: str, name: str, key: str) -> bytes:
        raise Refused('secrets "minio" is forbidden', status=403)

    store = S3Store(refused)
    with pytest.raises(StoreError) as error:
        store.stat(here(filled, "k"))
    assert error.value.reason == "secret-denied"
    assert "secret minio of ml" in error.value.what
    assert "forbidden" in error.value.hint


def test_without_any_credentials_the_request_goes_unsigned(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    store = S3Store(secrets)
    with demo_s3("runs") as (endpoint, buckets):
        buckets["runs"].put("k", "there")
        with pytest.raises(StoreError) as error:
            store.stat(here(endpoint, "k", access_key=None, secret_key=None))
        assert error.value.reason == "denied"
        # A key without its secret is no credential either (argo.md 8.2).
        with pytest.raises(StoreError) as half:
            store.stat(here(endpoint, "k", secret_key=None))
        assert half.value.reason == "denied"
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        store.close()
        ambient = here(endpoint, "k", access_key=None, secret_key=None)
        assert store.read(ambient, 0, 10) == b"there"
    store.close()


def test_this_machines_aws_settings_do_not_bend_the_workflows_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nowhere")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "other")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    store = S3Store(secrets)
    with demo_s3("runs") as (endpoint, buckets):
        buckets["runs"].put("k", "there")
        assert store.read(here(endpoint, "k"), 0, 10) == b"there"
    store.close()


def test_a_role_is_lent_by_whoever_this_machine_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "me")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "mine")
    store = S3Store(secrets)
    with moto_s3("lent") as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", f"http://{endpoint}")
        with client(endpoint) as s3:
            s3.put_object(Bucket="lent", Key="k", Body=b"there")
        place = here(
            endpoint,
            "k",
            bucket="lent",
            access_key=None,
            secret_key=None,
            role_arn="arn:aws:iam::123456789012:role/reader",
        )
        assert store.read(place, 0, 10) == b"there"
    store.close()


def test_an_endpoint_that_is_not_there_is_told_as_unreachable(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = f"127.0.0.1:{free.getsockname()[1]}"
    store = S3Store(secrets)
    with pytest.raises(StoreError) as error:
        store.stat(here(closed, "k"))
    assert error.value.reason == "unreachable"
    assert closed in error.value.what
    store.close()


@pytest.mark.parametrize("endpoint", ["jane:hush@127.0.0.1:1", "https://jane:hush@127.0.0.1:1"])
def test_a_login_in_an_endpoint_is_not_shown(store: S3Store, endpoint: str) -> None:
    place = here(endpoint, "k")
    with pytest.raises(StoreError) as error:
        store.stat(place)
    assert "127.0.0.1:1" in error.value.what
    assert "hush" not in str(error.value) + place.server


def test_plain_http_behind_a_repository_that_says_tls_is_explained(store: S3Store) -> None:
    with demo_s3("runs") as (endpoint, _), pytest.raises(StoreError) as error:
        store.stat(here(endpoint, "k", insecure=False))
    assert error.value.reason == "unreachable"
    assert "insecure" in error.value.hint


@pytest.mark.parametrize("more", [{"bucket": "not a bucket!"}, {"endpoint": "no host at all"}])
def test_a_location_that_makes_no_sense_is_an_error_like_others(
    store: S3Store, more: dict[str, Any]
) -> None:
    with pytest.raises(StoreError) as error:
        store.stat(replace(here("127.0.0.1:1", "k"), **more))
    assert error.value.what


def test_the_region_of_a_bucket_is_found_out(store: S3Store) -> None:
    with demo_s3("runs", region="eu-west-1") as (endpoint, buckets):
        buckets["runs"].put("k", "there")
        for region in ("eu-west-1", "", "us-west-2"):
            assert store.read(here(endpoint, "k", region=region), 0, 10) == b"there"
            assert store.listing(here(endpoint, "/", region=region)).entries[0].name == "k"


def test_one_client_serves_every_key_of_the_same_credentials(filled: str) -> None:
    asked: list[str] = []

    def counted(namespace: str, name: str, key: str) -> bytes:
        asked.append(key)
        return secrets(namespace, name, key)

    store = S3Store(counted)
    for key in ("wf/pod/report.json", "wf/pod/empty"):
        store.stat(here(filled, key))
    assert len(asked) == 2
    store.close()


def test_where_no_file_can_be_made_for_an_authority_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    store = S3Store(lambda namespace, name, key: b"a certificate")
    with pytest.raises(StoreError, match="No such file") as error:
        store.stat(here("127.0.0.1:1", "k", insecure=False, ca=SecretRef("ca", "crt")))
    assert error.value.reason == "disk"
    store.close()


def test_a_private_authority_is_trusted_from_a_file_that_goes_away(tmp_path: Path) -> None:
    store = S3Store(lambda namespace, name, key: b"not a certificate")
    with pytest.raises(StoreError):
        store.stat(here("127.0.0.1:1", "k", insecure=False, ca=SecretRef("ca", "crt")))
    (kept,) = [made.folder for made in store._clients.values()]
    assert kept is not None and Path(kept.name).exists()
    store.close()
    assert not Path(kept.name).exists()
