"""What the settings say of stores for this machine: other addresses, its own credentials."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.api_source import saying, source_of
from tests.support.fake_api import fake_api
from tests.support.s3_servers import ACCESS_KEY, SECRET_KEY, demo_s3
from tests.support.s3_store import here, secrets
from tests.support.scripted import ScriptedSource
from tui.artifacts import Stores, Unusable, open_store
from tui.artifacts.base import Reason, StoreError
from tui.domain.location import (
    Location,
    RawLocation,
    S3Location,
    SecretRef,
    located,
    reached,
)
from tui.ports.stores import reached_from
from tui.settings import S3Settings

SIGNED = S3Location(
    "b",
    "k",
    endpoint="minio.argo:9000",
    access_key=SecretRef("minio", "user"),
    secret_key=SecretRef("minio", "password"),
    role_arn="arn:x",
)


@pytest.mark.parametrize(
    ("rules", "location", "changed"),
    [
        (S3Settings(), SIGNED, {}),
        (S3Settings(region="eu"), SIGNED, {"region": "eu"}),
        (S3Settings(region="eu"), S3Location("b", "k", region="us"), {"region": "us"}),
        (S3Settings(path_style=True), SIGNED, {"addressing_style": "path"}),
        (S3Settings(path_style=False), SIGNED, {"addressing_style": "virtual"}),
        (
            S3Settings(path_style=False),
            S3Location("b", "k", addressing_style="path"),
            {"addressing_style": "path"},
        ),
        (
            S3Settings(endpoints={"minio.argo:9000": "localhost:9000"}),
            SIGNED,
            {"endpoint": "localhost:9000"},
        ),
        (S3Settings(endpoints={"other": "localhost:9000"}), SIGNED, {"endpoint": SIGNED.endpoint}),
        (
            S3Settings(credentials="machine", profile="work"),
            SIGNED,
            {
                "access_key": None,
                "secret_key": None,
                "role_arn": "",
                "use_sdk_creds": True,
                "profile": "work",
            },
        ),
    ],
)
def test_a_location_is_reached_as_the_rules_say(
    rules: S3Settings, location: S3Location, changed: dict[str, Any]
) -> None:
    found = reached(location, rules)
    before = {name: getattr(location, name) for name in S3Location.__slots__}
    assert {name: getattr(found, name) for name in S3Location.__slots__} == {**before, **changed}


def test_what_is_not_in_s3_stays_as_it_is() -> None:
    raw = RawLocation("text")
    assert reached(raw, S3Settings(region="eu")) is raw


def test_a_cluster_reaches_stores_as_the_settings_of_its_context_say(tmp_path: Path) -> None:
    rules = S3Settings(endpoints={"minio.argo:9000": "localhost:9000"})
    with fake_api(saying({})) as api:
        told = source_of(api, tmp_path, s3=rules)
        assert getattr(reached_from(told, SIGNED), "endpoint", "") == "localhost:9000"
        assert reached_from(source_of(api, tmp_path), SIGNED) == SIGNED
    assert reached_from(ScriptedSource(), SIGNED) == SIGNED
    assert reached_from(None, SIGNED) == SIGNED


def test_an_artifact_is_read_through_a_port_forward_with_a_profile_of_this_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    logins = tmp_path / "credentials"
    lines = (f"aws_access_key_id = {ACCESS_KEY}", f"aws_secret_access_key = {SECRET_KEY}")
    logins.write_text("\n".join(("[work]", *lines)) + "\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(logins))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with demo_s3("runs") as (endpoint, buckets):
        buckets["runs"].put("a/k", "there")
        # The secret of the workflow is one that this person may not read.
        place = here("minio.argo:9000", "a/k", access_key=SecretRef("hidden", "user"))

        def reach(location: Location) -> Location:
            rules = S3Settings(
                credentials="machine", profile="work", endpoints={"minio.argo:9000": endpoint}
            )
            return reached(location, rules)

        stores = Stores(secrets, reach)
        assert stores.store(place).read(place, 0, 10) == b"there"
        assert [entry.name for entry in stores.store(place).listing(place.at("a/")).entries] == [
            "k"
        ]
        stores.close()
        with pytest.raises(StoreError, match="hidden"):
            Stores(secrets).store(place).read(place, 0, 10)


def test_a_profile_that_there_is_not_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    rules = S3Settings(credentials="machine", profile="wrok")
    place = here("127.0.0.1:1", "k")
    stores = Stores(secrets, lambda location: reached(location, rules))
    with pytest.raises(StoreError, match="wrok"):
        stores.store(place).stat(place)


@pytest.mark.parametrize(
    ("reason", "same_login", "same_server", "elsewhere"),
    [
        ("unreachable", True, True, False),
        ("login", True, False, False),
        ("secret-missing", True, False, False),
        ("missing", False, False, False),
    ],
)
def test_what_a_server_says_of_one_login_is_not_held_against_another(
    reason: Reason, same_login: bool, same_server: bool, elsewhere: bool
) -> None:
    unusable = Unusable()
    unusable.heed(here("minio:9000", "a"), StoreError("no", reason=reason))
    other = here("minio:9000", "b", secret_key=SecretRef("minio", "wrong"))
    for location, is_known in (
        (here("minio:9000", "b", bucket="other"), same_login),
        (other, same_server),
        (here("minio:9001", "a"), elsewhere),
    ):
        assert (unusable.why(location) is not None) == is_known


def test_of_stores_that_speak_the_protocol_of_s3_the_login_counts_too() -> None:
    fields = {"endpoint": "oss.test", "bucket": "b", "key": "k"}
    place = located({"oss": fields}, "ml")
    open_store(place, secrets).close()  # its module is there by now
    unusable = Unusable()
    unusable.heed(place, StoreError("no", reason="login"))
    other = {**fields, "accessKeySecret": {"name": "s", "key": "k"}}
    assert unusable.why(located({"oss": {**fields, "key": "j"}}, "ml")) is not None
    assert unusable.why(located({"oss": other}, "ml")) is None
