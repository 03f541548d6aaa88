"""What a kubeconfig says of TLS, against a real server: whom to trust, and who we are by it."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.api_source import ONE, saying
from tests.support.certificates import Authority
from tests.support.echoing import leaks
from tests.support.fake_api import FakeApi, fake_api, secure_api, write_kubeconfig
from tests.support.where import where
from tui.errors import SourceError, TuiError
from tui.sources.opening import connect

AUTHORITY = Authority()
JANE = AUTHORITY.issue("jane")


def data(text: str | bytes) -> str:
    """As a `…-data` field has it."""
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with secure_api(saying({"ok": 1}), AUTHORITY.server("127.0.0.1", "cluster.test")) as running:
        yield running


def asked(api: FakeApi, folder: Path, user: Any = None, **cluster: Any) -> FakeApi:
    """The server after one request; `cluster` has `_` for `-`."""
    told = {"certificate-authority-data": data(api.authority)}
    told |= {name.replace("_", "-"): value for name, value in cluster.items()}
    told = {name: value for name, value in told.items() if value}
    path = write_kubeconfig(folder, told.pop("server", api.url), user=user or {}, cluster=told)
    connect(where(kubeconfig=str(path)), {}).get(ONE.target)
    return api


@pytest.mark.parametrize("form", ["data", "file"])
def test_whom_to_trust_is_said_by_data_or_a_file(api: FakeApi, tmp_path: Path, form: str) -> None:
    (tmp_path / "ca.crt").write_bytes(api.authority)
    file = {"certificate_authority_data": "", "certificate_authority": "ca.crt"}
    assert asked(api, tmp_path, **(file if form == "file" else {})).asked


def test_the_name_that_is_wanted_may_be_another_one_than_the_host(tmp_path: Path) -> None:
    with secure_api(saying({}), AUTHORITY.server("cluster.test")) as api:
        with pytest.raises(SourceError, match="cannot be trusted"):
            asked(api, tmp_path)
        assert asked(api, tmp_path, tls_server_name="cluster.test").asked


def test_whoever_asks_for_it_trusts_anybody(api: FakeApi, tmp_path: Path) -> None:
    assert asked(api, tmp_path, certificate_authority_data="", insecure_skip_tls_verify=True).asked


@pytest.mark.parametrize("form", ["data", "files", "both"])
def test_who_we_are_is_said_by_a_certificate(api: FakeApi, tmp_path: Path, form: str) -> None:
    certificate, key = JANE
    (tmp_path / "jane.crt").write_text(certificate)
    (tmp_path / "jane.key").write_text(key)
    ways = {
        "data": {"client-certificate-data": data(certificate), "client-key-data": data(key)},
        "files": {"client-certificate": "jane.crt", "client-key": str(tmp_path / "jane.key")},
        "both": {"client-certificate": "jane.crt", "client-key-data": data(key)},
    }
    (found,) = asked(api, tmp_path, ways[form]).asked
    assert found.certificate == "jane"
    assert "Authorization" not in found.headers


PLUGIN = """
import json, sys
from pathlib import Path
status = json.loads(Path(sys.argv[1]).read_text()).pop(0)
Path(sys.argv[1]).write_text(json.dumps(json.loads(Path(sys.argv[1]).read_text())[1:]))
print(json.dumps({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
                  "status": status}))
"""


def plugin(folder: Path, *answers: dict[str, Any]) -> dict[str, Any]:
    """A plugin that gives these answers, one after another."""
    (folder / "answers").write_text(json.dumps(answers))
    (folder / "plugin.py").write_text(PLUGIN)
    version = "client.authentication.k8s.io/v1"
    args = [str(folder / "plugin.py"), str(folder / "answers")]
    return {
        "exec": {
            "apiVersion": version,
            "command": sys.executable,
            "args": args,
            "interactiveMode": "Never",
        }
    }


def as_answer(made: tuple[str, str], **more: Any) -> dict[str, Any]:
    return {"clientCertificateData": made[0], "clientKeyData": made[1], **more}


@pytest.mark.parametrize("token", ["", "and-a-token"])
def test_a_plugin_may_say_who_we_are_by_a_certificate(
    api: FakeApi, tmp_path: Path, token: str
) -> None:
    user = plugin(tmp_path, as_answer(JANE, **({"token": token} if token else {})))
    (found,) = asked(api, tmp_path, user).asked
    assert found.certificate == "jane"
    assert found.headers.get("Authorization", "") == (f"Bearer {token}" if token else "")


def test_a_certificate_of_a_plugin_is_renewed_when_it_is_over(api: FakeApi, tmp_path: Path) -> None:
    ends = {"expirationTimestamp": "2020-01-01T00:00:00Z"}
    user = plugin(tmp_path, as_answer(JANE, **ends), as_answer(AUTHORITY.issue("jane again")))
    path = write_kubeconfig(tmp_path, api.url, user=user, authority=api.authority)
    source = connect(where(kubeconfig=str(path)), {})
    for _ in range(3):
        source.get(ONE.target)
    assert [each.certificate for each in api.asked] == ["jane", "jane again", "jane again"]


def test_a_plugin_that_gives_half_a_certificate_is_told(api: FakeApi, tmp_path: Path) -> None:
    user = plugin(tmp_path, {"token": "x", "clientCertificateData": JANE[0]})
    with pytest.raises(SourceError, match="only one of certificate and key"):
        asked(api, tmp_path, user)


def test_certificates_that_were_renewed_meanwhile_are_read_again(
    api: FakeApi, tmp_path: Path
) -> None:
    (tmp_path / "ca.crt").write_bytes(Authority("before").pem)
    cluster = {"certificate-authority": "ca.crt"}
    path = write_kubeconfig(tmp_path, api.url, cluster=cluster)
    source = connect(where(kubeconfig=str(path)), {})
    with pytest.raises(SourceError, match="cannot be trusted"):
        source.get(ONE.target)
    (tmp_path / "ca.crt").write_bytes(api.authority)
    assert source.get(ONE.target) == {"ok": 1}


# --- what goes wrong ---------------------------------------------------------------------------

TOKEN = "planted-token-0123456789"
PASSWORD = "planted-pass-0123456789"
BROKEN_KEY = "-----BEGIN PRIVATE KEY-----\nplantedkey0123456789\n-----END PRIVATE KEY-----\n"
ELSE_KEY = AUTHORITY.issue("other")[1]

WRONG: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "another authority": ({}, {"certificate_authority_data": data(Authority().pem)}),
    "no authority": ({}, {"certificate_authority_data": ""}),
    "an authority that is none": ({}, {"certificate_authority_data": data("planted")}),
    "an authority that is no base64": ({}, {"certificate_authority_data": "!"}),
    "an authority that is not there": (
        {},
        {"certificate_authority_data": "", "certificate_authority": "gone.crt"},
    ),
    "another name": ({}, {"tls_server_name": "else.test"}),
    "a key that is none": (
        {"client-certificate-data": data(JANE[0]), "client-key-data": data(BROKEN_KEY)},
        {},
    ),
    "the key of another": (
        {"client-certificate-data": data(JANE[0]), "client-key-data": data(ELSE_KEY)},
        {},
    ),
    "the certificate of another authority": (
        dict(
            zip(
                ("client-certificate-data", "client-key-data"),
                map(data, Authority("else").issue("eve")),
                strict=True,
            )
        ),
        {},
    ),
}


def every_word(error: BaseException) -> str:
    """What an error and all that led to it say."""
    words = []
    told: BaseException | None = error
    while told is not None:
        words.append(f"{told} {told!r}")
        told = told.__cause__ or told.__context__
    return "\n".join(words)


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_with_tls_is_told_without_a_secret(
    api: FakeApi, tmp_path: Path, wrong: str
) -> None:
    user, cluster = WRONG[wrong]
    address = api.url.replace("://", f"://jane:{PASSWORD}@")
    with pytest.raises(TuiError) as caught:
        asked(api, tmp_path, {"token": TOKEN, **user}, server=address, **cluster)
    assert not api.asked
    said = every_word(caught.value)
    assert leaks(said, [TOKEN, PASSWORD, "plantedkey0123456789"]) == []
    assert "PRIVATE KEY" not in said
    assert type(caught.value) is not SourceError, "it says what kind of trouble it is"


def test_a_server_without_tls_behind_an_address_with_it_is_told(tmp_path: Path) -> None:
    with fake_api(saying({})) as plain:
        plain.url = plain.url.replace("http:", "https:").replace("://", f"://jane:{PASSWORD}@")
        with pytest.raises(SourceError, match="no secure connection") as caught:
            asked(plain, tmp_path, {"token": TOKEN})
    assert leaks(every_word(caught.value), [TOKEN, PASSWORD]) == []
    assert "_ssl.c" not in str(caught.value), "no place in the source of Python"


def test_a_certificate_that_is_over_is_told(tmp_path: Path) -> None:
    over = AUTHORITY.server("127.0.0.1", lasts=timedelta(hours=-1))
    with (
        secure_api(saying({}), over) as api,
        pytest.raises(SourceError, match="certificate has expired"),
    ):
        asked(api, tmp_path)
