"""Connections of the standard library: used again, noticed when gone, and never without TLS."""

from __future__ import annotations

import gzip
import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import IncompleteRead
from pathlib import Path
from typing import Any

import pytest

from tests.support.cluster import Cluster, demo_cluster
from tests.support.fake_api import Answer, Asked, Reply, fake_api
from tests.support.where import where
from tui.errors import Unreachable
from tui.ports.connection import offered
from tui.ports.namespaces import Namespaces
from tui.ports.threads import CancelToken
from tui.sources.connections import BROKEN, NotConnected
from tui.sources.direct import DirectAnswer, DirectConnections
from tui.sources.kubernetes import KubernetesSource
from tui.sources.opening import connect
from tui.sources.transport import Transport

__all__ = ["demo_cluster"]

Ports = list[int]


@contextmanager
def asking(answer: Answer, **more: Any) -> Iterator[tuple[Callable[[], DirectAnswer], Ports]]:
    """How to ask a server that answers like this, and the ports that it was asked from."""
    ports: Ports = []

    def noting(asked: Asked, reply: Reply) -> None:
        ports.append(reply._handler.client_address[1])
        answer(asked, reply)

    with fake_api(noting) as api:
        connections = DirectConnections(api.url, **more)
        answers: list[DirectAnswer] = []

        def ask() -> DirectAnswer:
            answers.append(connections.ask("GET", "/x", [], None, connect=5, read=5))
            return answers[-1]

        yield ask, ports
        for each in answers:
            each.close()
        connections.close()


def read(answer: DirectAnswer) -> bytes:
    body = answer.body()
    answer.done()
    return body


def test_a_connection_is_used_again_once_its_answer_was_read() -> None:
    with asking(lambda asked, reply: reply.raw(b"word")) as (ask, ports):
        assert [read(ask()) for _ in range(3)] == [b"word"] * 3
    assert len(ports) == 3
    assert len(set(ports)) == 1


def test_two_answers_at_once_have_a_connection_each_and_only_so_many_are_kept() -> None:
    with asking(lambda asked, reply: reply.raw(b"word"), most=1) as (ask, ports):
        first, second = ask(), ask()
        assert read(first) == read(second) == b"word"
        for _ in range(2):
            read(ask())
    assert ports[2:] == [ports[0]] * 2, "the second one was one too many"


def test_an_answer_that_is_not_read_to_its_end_takes_its_connection_with_it() -> None:
    with asking(lambda asked, reply: reply.raw(b"word" * 1000)) as (ask, ports):
        half = ask()
        assert next(half.pieces(100))
        half.done()
        assert read(ask())
    assert len(set(ports)) == 2


def test_an_idle_connection_that_the_server_closed_is_not_used() -> None:
    ended = threading.Event()

    def answer(asked: Asked, reply: Reply) -> None:
        reply.raw(b"word")
        reply._handler.wfile.flush()
        if not ended.is_set():
            reply.cut()
            ended.set()

    with asking(answer) as (ask, ports):
        assert read(ask()) == b"word"
        assert ended.wait(5)
        assert read(ask()) == b"word"
    assert len(set(ports)) == 2


def test_a_last_answer_is_read_though_its_connection_ends_with_it() -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        reply.raw(b"word", headers={"Connection": "close"})

    with asking(answer) as (ask, ports):
        found = ask()
        found.allow_silence(5)
        assert read(found) == b"word"
        assert read(ask()) == b"word"
    assert len(set(ports)) == 2


def test_an_answer_that_is_over_cannot_be_broken_off_under_the_next_one() -> None:
    with asking(lambda asked, reply: reply.raw(b"word")) as (ask, ports):
        first = ask()
        assert read(first) == b"word"
        first.break_off()
        assert read(ask()) == b"word"
    assert len(set(ports)) == 1, "the connection that was kept is as it was"


def test_a_connection_whose_answer_was_broken_off_is_not_kept() -> None:
    with asking(lambda asked, reply: reply.raw(b"word")) as (ask, ports):
        first = ask()
        assert first.body() == b"word"
        first.break_off()
        first.done()
        assert read(ask()) == b"word"
    assert len(set(ports)) == 2


@pytest.mark.parametrize("begun", [True, False], ids=["begun", "silent"])
def test_closing_ends_the_reads_of_other_threads_and_lets_a_write_go_on(begun: bool) -> None:
    """Else leaving the program would wait for a server that says nothing."""
    asked_for, go_on = threading.Semaphore(0), threading.Event()
    came: dict[str, bytes | Exception] = {}

    def answer(asked: Asked, reply: Reply) -> None:
        if asked.method == "GET" and begun:
            reply.begin()
        asked_for.release()
        if asked.method == "GET":
            reply.hold()
        go_on.wait(10)
        reply.raw(b"done")

    with fake_api(answer) as api:
        connections = DirectConnections(api.url)

        def ask(method: str) -> None:
            try:
                found = connections.ask(method, "/x", [], None, connect=5, read=30)
                with closing(found):
                    came[method] = found.body()
            except Exception as error:
                came[method] = error

        threads = {
            method: threading.Thread(target=ask, args=(method,)) for method in ("GET", "PUT")
        }
        for thread in threads.values():
            thread.start()
        assert asked_for.acquire(timeout=10) and asked_for.acquire(timeout=10)
        while "GET" in threads:
            connections.close()
            threads["GET"].join(0.05)
            if not threads["GET"].is_alive():
                del threads["GET"]
        assert isinstance(came["GET"], BROKEN)
        go_on.set()
        threads["PUT"].join(10)
        assert came["PUT"] == b"done"


@pytest.mark.parametrize("size", [10, 200_000])
def test_what_is_packed_is_unpacked_even_if_packed_in_several_parts(size: int) -> None:
    words = [bytes([65 + at]) * size for at in range(3)]
    packed = b"".join(gzip.compress(word) for word in words)

    def answer(asked: Asked, reply: Reply) -> None:
        reply.raw(packed, headers={"Content-Encoding": "gzip"})

    with asking(answer) as (ask, _):
        assert read(ask()) == b"".join(words)
        assert b"".join(ask().pieces(1000)) == b"".join(words)


@pytest.mark.parametrize("broken", [b"no gzip at all", gzip.compress(b"word" * 99)[:-9]])
def test_what_is_badly_packed_is_an_error_and_no_answer(broken: bytes) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        reply.raw(broken, headers={"Content-Encoding": "gzip"})

    with asking(answer) as (ask, _), pytest.raises((ValueError, IncompleteRead)):
        ask().body()


@pytest.mark.parametrize("whole", [True, False], ids=["body", "pieces"])
def test_an_answer_shorter_than_it_said_is_an_error(whole: bool) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        reply._handler.send_response(200)
        reply._handler.send_header("Content-Length", "100")
        reply._handler.end_headers()
        reply._handler.wfile.write(b"short")
        reply.cut()

    with asking(answer) as (ask, _), pytest.raises(IncompleteRead):
        found = ask()
        found.body() if whole else list(found.pieces(10))


def test_an_answer_of_told_length_ends_where_it_said_though_the_connection_stays() -> None:
    with asking(lambda asked, reply: reply.raw(b"word" * 3)) as (ask, _):
        first = ask()
        assert b"".join(first.pieces(5)) == b"word" * 3


def test_a_server_under_a_path_is_asked_under_it() -> None:
    with fake_api(lambda asked, reply: reply.raw(b"")) as api:
        connections = DirectConnections(f"{api.url}/k8s/clusters/c-1/")
        connections.ask("GET", "/version?a=b", [], None, connect=5, read=5).close()
    assert api.asked[0].path == "/k8s/clusters/c-1/version"
    assert api.asked[0].query == {"a": "b"}


def test_a_connection_that_was_closed_is_never_opened_again_by_itself() -> None:
    """It would be without TLS, and the next thing it sends is a token."""
    with asking(lambda asked, reply: reply.raw(b"word")) as (ask, ports):
        found = ask()
        connection = found._connection
        found.close()
        connection.putrequest("GET", "/secret")
        with pytest.raises(http.client.NotConnected):
            connection.endheaders()
    assert len(ports) == 1


# --- as a source ------------------------------------------------------------------------------


def secured(cluster: Cluster, folder: Path, **changed: Any) -> KubernetesSource:
    """A source for the cluster, with other rules for TLS."""
    import json

    config = json.loads(cluster.kubeconfig.read_text())
    for name, value in changed.items():
        section = config["clusters"][0]["cluster"]
        section[name.replace("_", "-")] = value
        if value is None:
            del section[name.replace("_", "-")]
    path = folder / "changed"
    path.write_text(json.dumps(config))
    return connect(where(kubeconfig=str(path)), {})


def test_the_certificate_must_be_of_the_authority_of_the_kubeconfig(
    demo_cluster: Cluster, tmp_path: Path
) -> None:
    assert "argo" in offered(secured(demo_cluster, tmp_path), Namespaces).namespaces()
    with pytest.raises(Unreachable, match=r"certificate of .* cannot be trusted") as caught:
        offered(
            secured(demo_cluster, tmp_path, certificate_authority_data=None), Namespaces
        ).namespaces()
    assert caught.value.reason == "Certificate"


def test_the_certificate_must_be_of_the_name_that_is_wanted(
    demo_cluster: Cluster, tmp_path: Path
) -> None:
    assert offered(
        secured(demo_cluster, tmp_path, tls_server_name="localhost"), Namespaces
    ).namespaces()
    with pytest.raises(Unreachable, match="cannot be trusted"):
        offered(
            secured(demo_cluster, tmp_path, tls_server_name="elsewhere.example"), Namespaces
        ).namespaces()


def test_whoever_skips_the_check_skips_it(demo_cluster: Cluster, tmp_path: Path) -> None:
    source = secured(
        demo_cluster, tmp_path, certificate_authority_data=None, insecure_skip_tls_verify=True
    )
    assert "argo" in offered(source, Namespaces).namespaces()


def test_rubbish_for_an_authority_is_said(demo_cluster: Cluster, tmp_path: Path) -> None:
    source = secured(demo_cluster, tmp_path, certificate_authority_data="bm8gY2VydGlmaWNhdGU=")
    with pytest.raises(Unreachable, match="no secure connection"):
        offered(source, Namespaces).namespaces()


def test_a_read_over_tls_is_broken_off_from_another_thread(
    demo_cluster: Cluster, tmp_path: Path
) -> None:
    transport: Transport = secured(demo_cluster, tmp_path)._transport
    path = "/apis/argoproj.io/v1alpha1/namespaces/argo/workflows"
    query = [("watch", "true"), ("resourceVersion", "0")]
    stop, opened = CancelToken(), threading.Event()

    def reading() -> None:
        with transport.stream(path, query, stop, quiet=None) as pieces:
            opened.set()
            list(pieces)

    thread = threading.Thread(target=reading)
    thread.start()
    assert opened.wait(10)
    stop.set()
    thread.join(5)
    assert not thread.is_alive()
    transport.close()


def test_a_client_key_with_a_password_never_asks_the_terminal(
    demo_cluster: Cluster, tmp_path: Path
) -> None:
    import json
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "jane")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "c.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "c.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    config = json.loads(demo_cluster.kubeconfig.read_text())
    config["users"][0]["user"] = {"client-certificate": "c.crt", "client-key": "c.key"}
    path = tmp_path / "kubeconfig"
    path.write_text(json.dumps(config))
    with pytest.raises(Unreachable, match="client-key of the kubeconfig has a password"):
        offered(connect(where(kubeconfig=str(path)), {}), Namespaces).namespaces()


def test_nobody_listening_is_told_apart_from_a_broken_answer(tmp_path: Path) -> None:
    with fake_api(lambda asked, reply: reply.cut()) as api:
        url = api.url
        with pytest.raises(OSError) as broken:
            DirectConnections(url).ask("GET", "/", [], None, connect=5, read=5)
    assert not isinstance(broken.value, NotConnected)
    with pytest.raises(NotConnected):
        DirectConnections(url).ask("GET", "/", [], None, connect=5, read=5)
