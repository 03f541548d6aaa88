"""Logins in the addresses of a kubeconfig: they are sent, and shown nowhere. And proxies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.api_source import ONE, saying
from tests.support.fake_api import fake_api, write_kubeconfig
from tests.support.where import where
from tui.demo.tls import identity
from tui.errors import Misconfigured, SettingsError, Unreachable
from tui.sources.credentials import Login
from tui.sources.kubeconfig import choose
from tui.sources.opening import connect
from tui.sources.transport import Transport


def with_server(folder: Path, url: str, user: Any = None, **more: Any) -> Path:
    """A kubeconfig of a cluster at this address, with more about it."""
    path = write_kubeconfig(folder, url, user=user)
    config = json.loads(path.read_text())
    config["clusters"][0]["cluster"].update(more)
    path.write_text(json.dumps(config))
    return path


def every_word(error: BaseException) -> str:
    """What an error and all that led to it say."""
    words = []
    told: BaseException | None = error
    while told is not None:
        words.append(f"{told} {told!r}")
        told = told.__cause__
    return "\n".join(words)


def test_a_login_in_the_servers_address_is_sent_and_never_shown(
    tmp_path: Path,
) -> None:
    with fake_api(saying({})) as api:
        address = api.url.replace("://", "://jane:hu%3Ash@")
        path = with_server(tmp_path, address, {"token": "other"})
        source = connect(where(kubeconfig=str(path)), {})
        source.get(ONE.target)
        door: Any = source._transport._provider
        shown = repr([source.place, vars(source._transport), door.chosen])
        lower = {name.lower(): value for name, value in api.asked[0].headers.items()}
    assert lower["authorization"] == "Basic amFuZTpodTpzaA=="
    with pytest.raises(Unreachable, match=f"cannot connect to {api.url}: ") as caught:
        connect(where(kubeconfig=str(path)), {}).get(ONE.target)
    assert "hu%3Ash" not in shown + every_word(caught.value)


def test_a_server_address_that_is_wrong_is_told_without_its_login(tmp_path: Path) -> None:
    path = with_server(tmp_path, "https://jane:hu/sh@host")
    with pytest.raises(SettingsError, match=r"no usable server address \(https://host\)"):
        connect(where(kubeconfig=str(path)), {})


def test_a_login_in_the_proxys_address_is_sent_to_it_and_never_shown(tmp_path: Path) -> None:
    with fake_api(saying({})) as proxy:
        address = proxy.url.replace("://", "://jane:hu%3Ash@")
        path = with_server(tmp_path, "http://cluster.test", **{"proxy-url": address})
        connect(where(kubeconfig=str(path)), {}).get(ONE.target)
        lower = {name.lower(): value for name, value in proxy.asked[0].headers.items()}
    assert lower["proxy-authorization"] == "Basic amFuZTpodTpzaA=="
    with pytest.raises(Unreachable, match="the proxy on the way to") as caught:
        connect(where(kubeconfig=str(path)), {}).get(ONE.target)
    assert "hu%3Ash" not in every_word(caught.value)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://jane:hu/sh@host", "http://host is no address of a proxy"),
        ("ftp://jane:hush@host", "ftp://host is no address of a proxy"),
        ("jane:hush@host:x", "http://host:x is no address of a proxy"),
    ],
)
def test_a_proxy_that_is_none_is_told_without_its_login(
    tmp_path: Path, address: str, shown: str
) -> None:
    path = with_server(tmp_path, "http://cluster.test", **{"proxy-url": address})
    with pytest.raises(Misconfigured, match=shown) as caught:
        connect(where(kubeconfig=str(path)), {}).get(ONE.target)
    assert "hu" not in every_word(caught.value).replace("kubeconfig", "")


def test_inside_a_pod_a_proxy_of_the_environment_changes_nothing_for_the_service_account(
    tmp_path: Path,
) -> None:
    (tmp_path / "token").write_text("of the pod")
    (tmp_path / "ca.crt").write_bytes(identity(tmp_path).authority)
    environ = {"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": "1"}
    chosen = choose("", "", {**environ, "HOME": str(tmp_path)}, service_account=tmp_path)
    proxied = {"HTTPS_PROXY": "http://proxy.invalid"}
    login = Login(chosen, proxied, service_account=tmp_path)
    access = login.access()
    assert access.headers() == [("Authorization", "Bearer of the pod")]
    with pytest.raises(Unreachable, match=r"cannot connect to https://127\.0\.0\.1:1: "):
        Transport(login, server=chosen.server).get("/x")
