"""Each way to log in that a kubeconfig has: kubectl and we send the same to the same server."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.api_source import ONE, saying
from tests.support.fake_api import FakeApi, fake_api, secure_api, write_kubeconfig
from tests.support.kubectl import VERSIONS, binary, run_kubectl
from tests.support.where import where
from tui.errors import TuiError
from tui.sources.opening import connect

INSTALLED = [version for version in VERSIONS if binary(version)]
OLDEST_AND_NEWEST = list(dict.fromkeys([*INSTALLED[:1], *INSTALLED[-1:]]))
pytestmark = pytest.mark.skipif(not INSTALLED, reason="there is no kubectl here")
by_versions = pytest.mark.parametrize("version", OLDEST_AND_NEWEST or ["none"])
NEWEST = INSTALLED[-1] if INSTALLED else ""

TOLD = ("authorization", "impersonate-")


def sent(api: FakeApi) -> list[tuple[str, str]]:
    """What the last request said of who asks."""
    found = api.asked[-1].all_headers if api.asked else []
    return sorted((name.lower(), value) for name, value in found if name.lower().startswith(TOLD))


def compared(
    api: FakeApi,
    folder: Path,
    user: Mapping[str, Any],
    version: str,
    *,
    server: str = "",
    flags: Mapping[str, Any] | None = None,
    cluster: Mapping[str, Any] | None = None,
) -> list[tuple[str, str]]:
    """What both say of who asks, which must be the same."""
    path = write_kubeconfig(
        folder, server or api.url, user=user, authority=api.authority, cluster=cluster
    )
    words = []
    for name, value in (flags or {}).items():
        for each in value if isinstance(value, tuple) else (value,):
            words += [f"--{name}", each]
    said = run_kubectl(version, path, "get", "--raw", "/x", *words)
    theirs = sent(api) if api.asked else None
    api.asked.clear()
    settings = {name.replace("-", "_"): value for name, value in (flags or {}).items()}
    try:
        connect(where(kubeconfig=str(path), **_our_names(settings)), {}).get(ONE.target)
    except TuiError as error:
        assert theirs is None, (error, said.stderr)
    ours = sent(api) if api.asked else None
    assert ours == theirs, said.stderr
    return ours or []


def _our_names(flags: dict[str, Any]) -> dict[str, Any]:
    names = {"as": "as_user", "as_group": "as_groups", "as_uid": "as_uid"}
    return {names[name]: value for name, value in flags.items()}


PLUGIN = {
    "apiVersion": "client.authentication.k8s.io/v1",
    "command": sys.executable,
    "args": [
        "-c",
        'print(\'{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",'
        ' "status": {"token": "of-a-plugin"}}\')',
    ],
    "interactiveMode": "Never",
}

LOGINS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "token": {"token": "abc"},
    "token file": {"tokenFile": "token"},
    "token file and token": {"tokenFile": "token", "token": "older"},
    "password": {"username": "jane", "password": "se:cret ü"},
    "user without password": {"username": "jane"},
    "password without user": {"password": "secret"},
    "plugin": {"exec": PLUGIN},
    "token and plugin": {"token": "abc", "exec": PLUGIN},
    "password and plugin": {"username": "jane", "password": "secret", "exec": PLUGIN},
    "as": {"token": "abc", "as": "alice"},
    "as with everything": {
        "token": "abc",
        "as": "system:serviceaccount:a:b",
        "as-uid": "42",
        "as-groups": ["dev", "system:masters", "a b"],
        "as-user-extra": {"reason": ["on call", "second"], "Acme.com/Role%": ["x"]},
    },
    "as a group of nobody": {"token": "abc", "as-groups": ["dev"]},
    "as an uid of nobody": {"token": "abc", "as-uid": "4"},
    "as a reason of nobody": {"token": "abc", "as-user-extra": {"reason": ["x"]}},
}


PROMPTED = ("nothing", "password without user")
"""Where kubectl asks for a user and a password on the terminal, when there is TLS."""


@by_versions
@pytest.mark.parametrize("login", [name for name in LOGINS if name not in PROMPTED])
def test_a_login_says_what_kubectl_says(tmp_path: Path, version: str, login: str) -> None:
    (tmp_path / "token").write_text("from the file\n")
    with secure_api(saying({})) as api:
        compared(api, tmp_path, LOGINS[login], version)


@pytest.mark.parametrize("login", LOGINS)
def test_without_tls_no_login_is_sent_and_no_plugin_is_run(tmp_path: Path, login: str) -> None:
    (tmp_path / "token").write_text("from the file\n")
    with fake_api(saying({})) as api:
        said = compared(api, tmp_path, LOGINS[login], NEWEST)
    assert not any(name == "authorization" for name, _ in said)


@pytest.mark.parametrize("login", ["token", "plugin"])
@pytest.mark.parametrize("serving", [secure_api, fake_api], ids=["tls", "clear"])
def test_a_login_in_the_address_wins_as_for_kubectl(
    tmp_path: Path, login: str, serving: Any
) -> None:
    with serving(saying({})) as api:
        server = api.url.replace("://", "://jane:hu%3Ash@")
        said = compared(api, tmp_path, LOGINS[login], NEWEST, server=server)
    basic = base64.b64encode(b"jane:hu:sh").decode()
    assert said == [("authorization", f"Basic {basic}")]


FLAGS: dict[str, dict[str, Any]] = {
    "user": {"as": "bob"},
    "user and group": {"as": "bob", "as-group": ("ops",)},
    "user and groups": {"as": "bob", "as-group": ("ops", "dev,qa")},
    "user and uid": {"as": "bob", "as-uid": "7"},
    "group alone": {"as-group": ("ops",)},
    "uid alone": {"as-uid": "7"},
}


@pytest.mark.parametrize("flags", FLAGS)
@pytest.mark.parametrize("login", ["token", "as with everything"])
def test_flags_act_as_somebody_else_as_for_kubectl(tmp_path: Path, flags: str, login: str) -> None:
    with secure_api(saying({})) as api:
        compared(api, tmp_path, LOGINS[login], NEWEST, flags=FLAGS[flags])


TELLING = """
import json, os, sys
from pathlib import Path
told = json.loads(os.environ["KUBERNETES_EXEC_INFO"])
Path(sys.argv[1]).write_text(json.dumps([told, os.environ.get("EXTRA"), sys.stdin.isatty()]))
print(json.dumps({**told, "spec": None, "status": {"token": "t"}}))
"""


@pytest.mark.parametrize(
    ("provides", "mode", "api_version"),
    [(True, "Never", "v1"), (False, "IfAvailable", "v1beta1"), (True, "IfAvailable", "v1")],
)
def test_a_plugin_is_told_what_kubectl_tells_it(
    tmp_path: Path, provides: bool, mode: str, api_version: str
) -> None:
    script = tmp_path / "plugin.py"
    script.write_text(TELLING)
    user = {
        "exec": {
            "apiVersion": f"client.authentication.k8s.io/{api_version}",
            "command": sys.executable,
            "args": [str(script), str(tmp_path / "told")],
            "env": [{"name": "EXTRA", "value": "x=y"}],
            "interactiveMode": mode,
            "provideClusterInfo": provides,
        }
    }
    cluster = {
        "tls-server-name": "localhost",
        "extensions": [
            {"name": "client.authentication.k8s.io/exec", "extension": {"audience": "a"}},
            {"name": "other", "extension": {"audience": "b"}},
        ],
    }
    told = []
    with secure_api(saying({})) as api:
        (tmp_path / "ca.crt").write_bytes(api.authority)
        path = write_kubeconfig(
            tmp_path,
            api.url,
            user=user,
            cluster={**cluster, "certificate-authority": "ca.crt"},
        )
        for asking in (
            lambda: run_kubectl(NEWEST, path, "get", "--raw", "/x"),
            lambda: connect(where(kubeconfig=str(path)), {}).get(ONE.target),
        ):
            asking()
            told.append(json.loads((tmp_path / "told").read_text()))
            (tmp_path / "told").unlink()
        assert [asked.headers["Authorization"] for asked in api.asked] == ["Bearer t"] * 2
    assert told[0] == told[1]
