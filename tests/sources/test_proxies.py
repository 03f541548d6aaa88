"""Proxies on the way to a cluster: which one, what it hears, and what is said when it fails."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.support.api_source import ONE, saying, source_of
from tests.support.fake_api import FakeApi, fake_api, secure_api, write_kubeconfig
from tests.support.kubectl import VERSIONS, binary, run_kubectl
from tests.support.proxies import RunningProxy, http_proxy, socks_proxy
from tests.support.where import where
from tui.errors import Misconfigured, SettingsError, SourceError, Unreachable
from tui.ports.threads import CancelToken
from tui.sources.opening import connect
from tui.sources.proxies import goes_around, proxy_for, read_proxy

MakeProxy = Callable[..., AbstractContextManager[RunningProxy]]
WAYS: dict[str, MakeProxy] = {
    "http": http_proxy,
    "https": partial(http_proxy, tls=True),
    "socks5": socks_proxy,
}
by_every_way = pytest.mark.parametrize("way", list(WAYS))


def behind(proxy: RunningProxy, api: FakeApi, folder: Path, **cluster: Any) -> Any:
    """The source of a cluster that only the proxy can reach; the certificate is of localhost."""
    path = write_kubeconfig(
        folder,
        "https://cluster.test:6443",
        authority=api.authority,
        cluster={"proxy-url": proxy.address, "tls-server-name": "localhost", **cluster},
    )
    return connect(where(kubeconfig=str(path)), {})


@by_every_way
def test_a_secure_cluster_is_reached_through_each_kind_of_proxy(tmp_path: Path, way: str) -> None:
    with secure_api(saying({"ok": 1})) as api, WAYS[way](api.url) as proxy:
        source = behind(proxy, api, tmp_path)
        assert [source.get(ONE.target) for _ in range(3)] == [{"ok": 1}] * 3
        sent = [asked.headers for asked in api.asked]
    assert proxy.targets == ["cluster.test:6443"], "one tunnel is used again and again"
    assert {headers["Authorization"] for headers in sent} == {"Bearer let-me"}
    assert {headers["Host"] for headers in sent} == {"cluster.test:6443"}
    assert not any("Proxy-Authorization" in headers for headers in sent)


@by_every_way
def test_a_cluster_in_the_clear_is_reached_through_each_kind_of_proxy(
    tmp_path: Path, way: str
) -> None:
    with fake_api(saying({"ok": 1})) as api, WAYS[way](api.url) as proxy:
        cluster = {"proxy-url": proxy.address}
        if way == "https":
            cluster["insecure-skip-tls-verify"] = "true"
        path = write_kubeconfig(tmp_path, "http://cluster.test:8001/k8s", cluster=cluster)
        found = connect(where(kubeconfig=str(path)), {}).get(ONE.target)
        assert found == {"ok": 1}
        (asked,) = api.asked
    assert asked.path.startswith("/k8s/apis/argoproj.io/")
    assert asked.headers["Host"] == "cluster.test:8001"
    told = f"http://cluster.test:8001{asked.path}" if way != "socks5" else "cluster.test:8001"
    assert proxy.targets == [told]


@by_every_way
def test_the_login_of_its_address_is_told_to_a_proxy_and_to_nobody_else(
    tmp_path: Path, way: str
) -> None:
    with secure_api(saying({})) as api, WAYS[way](api.url, login="jane:hu:sh 17") as proxy:
        proxy.address = proxy.address.replace("://", "://jane:hu%3Ash%2017@")
        behind(proxy, api, tmp_path).get(ONE.target)
        assert proxy.logins == ["jane:hu:sh 17"]
        assert "hu:sh" not in str(api.asked)


@by_every_way
def test_a_proxy_that_does_not_know_us_says_so_without_the_login(tmp_path: Path, way: str) -> None:
    with secure_api(saying({})) as api, WAYS[way](api.url, login="jane:other-one") as proxy:
        proxy.address = proxy.address.replace("://", "://jane:hush-hush@")
        with pytest.raises(Unreachable, match=r"proxy on the way to .* login") as caught:
            behind(proxy, api, tmp_path).get(ONE.target)
    assert "hush" not in str(caught.value)
    assert not api.asked


@by_every_way
def test_a_proxy_that_is_not_there_is_told_apart_from_the_cluster(tmp_path: Path, way: str) -> None:
    with WAYS[way]("http://127.0.0.1:1") as proxy:
        pass
    path = write_kubeconfig(tmp_path, "https://cluster.test", cluster={"proxy-url": proxy.address})
    with pytest.raises(Unreachable, match=f"the proxy .* {proxy.address}: Connection refused"):
        connect(where(kubeconfig=str(path)), {}).get(ONE.target)


def test_a_proxy_that_does_not_know_us_says_so_in_the_clear_too(tmp_path: Path) -> None:
    with fake_api(saying({})) as api, http_proxy(api.url, login="jane:other") as proxy:
        path = write_kubeconfig(
            tmp_path, "http://cluster.test", cluster={"proxy-url": proxy.address}
        )
        with pytest.raises(SourceError, match="proxy on the way to the cluster wants a login"):
            connect(where(kubeconfig=str(path)), {}).get(ONE.target)


def test_whoever_wants_nothing_packed_gets_nothing_packed(tmp_path: Path) -> None:
    with secure_api(saying({})) as api, http_proxy(api.url) as proxy:
        for wanted in (False, True):
            behind(proxy, api, tmp_path, **{"disable-compression": wanted}).get(ONE.target)
        assert [asked.headers["Accept-Encoding"] for asked in api.asked] == ["gzip", "identity"]


def test_what_a_socks_proxy_cannot_do_is_told_in_words(tmp_path: Path) -> None:
    words = "it cannot connect: the host is unreachable"
    with (
        secure_api(saying({})) as api,
        socks_proxy(api.url, refuse=4) as proxy,
        pytest.raises(Unreachable, match=words),
    ):
        behind(proxy, api, tmp_path).get(ONE.target)


def test_a_secure_proxy_must_be_one_that_is_trusted(tmp_path: Path) -> None:
    with secure_api(saying({})) as api, http_proxy(api.url, tls=True) as proxy:
        api.authority = b""
        with pytest.raises(Unreachable, match="certificate"):
            behind(proxy, api, tmp_path).get(ONE.target)
    assert not proxy.targets


@by_every_way
def test_a_read_through_a_proxy_is_broken_off_from_another_thread(tmp_path: Path, way: str) -> None:
    import threading

    def answer(asked: Any, reply: Any) -> None:
        reply.begin()
        reply.piece(b"word")
        reply.hold()

    with secure_api(answer) as api, WAYS[way](api.url) as proxy:
        transport = behind(proxy, api, tmp_path)._transport
        stop, opened = CancelToken(), threading.Event()

        def reading() -> None:
            with transport.stream("/x", [], stop, quiet=None) as pieces:
                for _ in pieces:
                    opened.set()

        thread = threading.Thread(target=reading)
        thread.start()
        assert opened.wait(10)
        stop.set()
        thread.join(5)
        assert not thread.is_alive()


# --- which one ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "server", "expected"),
    [
        ({"HTTPS_PROXY": "http://p:1"}, "https://c.test", "p:1"),
        ({"https_proxy": "http://p:1"}, "https://c.test", "p:1"),
        ({"HTTPS_PROXY": "http://a:1", "https_proxy": "http://b:2"}, "https://c.test", "a:1"),
        ({"HTTPS_PROXY": "", "https_proxy": "http://b:2"}, "https://c.test", "b:2"),
        ({"HTTP_PROXY": "http://p:1"}, "https://c.test", ""),
        ({"HTTP_PROXY": "http://p:1"}, "http://c.test", "p:1"),
        ({"HTTPS_PROXY": "http://p:1"}, "http://c.test", ""),
        ({"ALL_PROXY": "http://p:1"}, "https://c.test", ""),
        ({"HTTPS_PROXY": "p:1"}, "https://c.test", "p:1"),
        ({"HTTPS_PROXY": "p"}, "https://c.test", "p:80"),
        ({"HTTPS_PROXY": "https://p"}, "https://c.test", "p:443"),
        ({"HTTPS_PROXY": "socks5://p"}, "https://c.test", "p:1080"),
        ({"HTTPS_PROXY": "http://[::1]:3128"}, "https://c.test", "::1:3128"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "c.test"}, "https://c.test", ""),
        ({"HTTPS_PROXY": "http://p:1", "no_proxy": "c.test"}, "https://c.test", ""),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "x", "no_proxy": "*"}, "https://c.test", "p:1"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "c.test:443"}, "https://c.test", ""),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "c.test:443"}, "https://c.test:6443", "p:1"),
    ],
)
def test_the_environment_names_a_proxy_as_for_go(
    environ: dict[str, str], server: str, expected: str
) -> None:
    found = proxy_for(server, "", environ)
    assert (f"{found.host}:{found.port}" if found else "") == expected


def test_the_proxy_of_the_kubeconfig_is_used_whatever_the_environment_says() -> None:
    environ = {"HTTPS_PROXY": "http://other:1", "NO_PROXY": "*"}
    found = proxy_for("https://127.0.0.1", "http://mine:2", environ)
    assert found is not None and found.host == "mine"


AROUND = [
    ("localhost", "", True),
    ("LocalHost", "", True),
    ("127.0.0.1", "", True),
    ("127.9.9.9", "", True),
    ("::1", "", True),
    ("::ffff:127.0.0.1", "", True),
    ("a.localhost", "", False),
    ("c.test", "", False),
    ("c.test", "*", True),
    ("c.test", "x, *", True),
    ("c.test", "*.test", True),
    ("test", "*.test", False),
    ("c.test", ".test", True),
    ("test", ".test", False),
    ("test", "test", True),
    ("c.test", "test", True),
    ("ctest", "test", False),
    ("c.test", "TEST", True),
    ("C.Test", "test", True),
    ("c.test", " x , test ", True),
    ("c.test", "test:6443", True),
    ("c.test", "test:443", False),
    ("c.test", ".test:6443", True),
    ("c.test", "*.test:6443", True),
    ("c.test", ":6443", False),
    ("c.test", "c.*", False),
    ("10.1.2.3", "10.0.0.0/8", True),
    ("10.1.2.3", "10.9.9.9/8", True),
    ("11.1.2.3", "10.0.0.0/8", False),
    ("10.1.2.3", "10.0.0.0/255.0.0.0", False),
    ("10.1.2.3", "10.1.2.3", True),
    ("10.1.2.3", "10.1.2.3:6443", True),
    ("10.1.2.3", "10.1.2.3:443", False),
    ("10.1.2.3", "10.1.2", False),
    ("10.1.2.3", "1.2.3", True),
    ("c.test", "10.0.0.0/8", False),
    ("fd00::1", "fd00::/8", True),
    ("fd00::1", "fd00::1", True),
    ("fd00::1", "[fd00::1]:6443", True),
    ("fd00::1", "[fd00::1]:443", False),
    ("fd00::1", "[fd00::1]", False),
    ("bücher.test", "xn--bcher-kva.test", True),
    ("xn--bcher-kva.test", "bücher.test", True),
    ("a.bücher.test", ".bücher.test", True),
]


@pytest.mark.parametrize(("host", "no_proxy", "expected"), AROUND)
def test_no_proxy_is_read_as_go_reads_it(host: str, no_proxy: str, expected: bool) -> None:
    assert goes_around(host, 6443, no_proxy) is expected


@pytest.mark.skipif(not any(map(binary, VERSIONS)), reason="there is no kubectl here")
@pytest.mark.parametrize(
    ("host", "no_proxy", "expected"),
    # Hosts that a test can have of itself, or that are surely not there.
    [each for each in AROUND if each[0] in ("c.test", "10.1.2.3", "127.0.0.1") and each[1] != "*"][
        ::4
    ],
)
def test_kubectl_goes_the_same_way(
    tmp_path: Path, host: str, no_proxy: str, expected: bool
) -> None:
    with secure_api(saying({})) as api, http_proxy(api.url) as proxy:
        port = api.url.rpartition(":")[2] if host == "127.0.0.1" else "6443"
        path = write_kubeconfig(
            tmp_path, f"https://{host}:{port}", cluster={"insecure-skip-tls-verify": True}
        )
        version = next(each for each in VERSIONS if binary(each))
        environ = {"HTTPS_PROXY": proxy.address, "NO_PROXY": no_proxy}
        run_kubectl(version, path, "get", "--raw", "/x", "--request-timeout=1s", **environ)
        assert (not proxy.targets) is expected


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("socks4://h:1", "SOCKS 4"),
        ("ftp://jane:hush@h", "ftp://h is no address of a proxy"),
        ("http://", "no address"),
        ("http://h:99999", "no address"),
        ("http://h:0", "no address"),
    ],
)
def test_an_address_that_is_none_of_a_proxy_is_said(address: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        read_proxy(address, "HTTPS_PROXY")
    assert "HTTPS_PROXY" in caught.value.hint and "hush" not in str(caught.value)


def test_a_wrong_proxy_of_the_environment_is_said_when_something_is_asked(tmp_path: Path) -> None:
    with secure_api(saying({})) as api:
        api.url = "https://cluster.test"
        source = source_of(api, tmp_path, environ={"HTTPS_PROXY": "socks4://h:1"})
        with pytest.raises(Misconfigured, match="SOCKS 4"):
            source.get(ONE.target)
