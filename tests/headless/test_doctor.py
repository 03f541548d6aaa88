"""`argo-tui doctor` against set-ups that are well, and against those that are not."""

from __future__ import annotations

import base64
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.argo_server import TOKEN, StandIn
from tests.support.certificates import Authority
from tests.support.cluster import Cluster, running_cluster
from tests.support.fake_api import Asked, Reply, fake_api, write_kubeconfig
from tests.support.headless import Said, run
from tests.support.pty import Pty, run_tui
from tui.demo.resources import CONFIG_MAPS, PODS, SECRETS
from tui.doctor import LIMIT

CHECKS = ("terminal", "settings", "login", "api", "argo", "rights", "metrics", "artifacts")
SECRET = "hunter2-planted-secret"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("ARGO_SERVER", "ARGO_TOKEN", "ARGO_NAMESPACE", "ARGO_INSTANCEID", "KUBECONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def report(*flags: str) -> dict[str, Any]:
    """The report as JSON; it is ok where the exit code is 0."""
    said = run(["doctor", "-o", "json", *flags])
    assert said.err == ""
    found: dict[str, Any] = json.loads(said.out)
    assert said.code == (0 if found["ok"] else 1)
    return found


def of(check: str, found: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["sign"], each["fact"]) for each in found["findings"] if each["check"] == check]


def demo(cluster: Cluster, context: str = "demo") -> tuple[str, ...]:
    return ("--kubeconfig", str(cluster.kubeconfig), "--context", context)


def test_every_check_has_its_say_where_all_is_well(cluster: Cluster) -> None:
    found = report(*demo(cluster, "demo-admin"))
    assert found["ok"] and found["about"].startswith("argo-tui ")
    told = list(dict.fromkeys(each["check"] for each in found["findings"]))
    assert told == list(CHECKS)
    (context, login) = of("login", found)
    assert context[0] == "good" and cluster.url in context[1] and "demo-admin" in context[1]
    assert login == ("good", "user demo-admin by a token")
    version, accepted = of("api", found)
    assert version[1].startswith("Kubernetes v1.") and accepted == (
        "good",
        "the login is accepted, as demo-admin",
    )
    assert of("metrics", found) == [("good", "pods are measured (metrics.k8s.io)")]
    (rights,) = of("rights", found)
    assert rights[0] == "good" and "workflows" in rights[1] and "retry" in rights[1]


def test_a_viewer_is_told_what_lacks_and_what_to_apply(cluster: Cluster) -> None:
    found = report(*demo(cluster, "demo-viewer"))
    assert found["ok"], "a right that lacks breaks nothing"
    lines = [each for each in found["findings"] if each["check"] == "rights"]
    facts = [each["fact"] for each in lines]
    assert "in argo it cannot use stop: it lacks patch on workflows.argoproj.io" in facts
    (role,) = [each for each in lines if each["fact"].startswith("a Role of argo")]
    rules = yaml.safe_load("\n".join(role["more"]))["rules"]
    stop = {"apiGroups": ["argoproj.io"], "resources": ["workflows"], "verbs": ["patch"]}
    assert stop in rules


def test_who_may_not_even_list_workflows_has_something_to_mend(cluster: Cluster) -> None:
    found = report(*demo(cluster, "demo-least"), "-n", "default")
    assert not found["ok"]
    bad = [fact for sign, fact in of("rights", found) if sign == "bad"]
    assert len(bad) == 1 and bad[0].startswith("in default it cannot use workflows: it lacks")


REPOSITORY = """
s3:
  endpoint: {host}
  bucket: results
  insecure: true
  accessKeySecret: {{name: store-keys, key: user}}
  secretKeySecret: {{name: store-keys, key: password}}
"""


def keep(cluster: Cluster, host: str, **secret: str) -> Callable[[], None]:
    """Keep a repository, and the secret it names if one is given; returns what takes both away."""
    metadata = {"namespace": "argo", "name": "artifact-repositories"}
    data = {"default": REPOSITORY.format(host=host)}
    cluster.create(CONFIG_MAPS, {"metadata": metadata, "data": data})
    if secret:
        coded = {key: base64.b64encode(value.encode()).decode() for key, value in secret.items()}
        cluster.create(SECRETS, {"metadata": {**metadata, "name": "store-keys"}, "data": coded})

    def away() -> None:
        cluster.delete(CONFIG_MAPS, "artifact-repositories")
        if secret:
            cluster.delete(SECRETS, "store-keys")

    return away


def test_without_a_repository_that_is_said(cluster: Cluster) -> None:
    ((sign, fact),) = of("artifacts", report(*demo(cluster)))
    assert sign == "notice" and fact == "no artifact repository was found for argo"


def test_a_store_that_does_not_take_the_keys_is_to_be_mended(cluster: Cluster) -> None:
    def refuse(asked: Asked, reply: Reply) -> None:
        body = b"<Error><Code>InvalidAccessKeyId</Code><Message>no such key</Message></Error>"
        reply.raw(body, 403, {"Content-Type": "application/xml"})

    with fake_api(refuse) as store:
        host = store.url.partition("://")[2]
        away = keep(cluster, host, user="me", password=SECRET)
        try:
            said = run(["doctor", "-o", "json", *demo(cluster)])
        finally:
            away()
    found = json.loads(said.out)
    named, read = of("artifacts", found)
    assert named == (
        "good",
        f"artifacts of argo are in S3 {host}, s3://results/, "
        "by the config map artifact-repositories in argo",
    )
    assert read[0] == "bad" and read[1].startswith("it cannot be read from here: ")
    assert said.code == 1 and SECRET not in said.out + said.err


def test_a_secret_that_is_not_there_is_named(cluster: Cluster) -> None:
    away = keep(cluster, "127.0.0.1:9")
    try:
        _, (sign, fact) = of("artifacts", report(*demo(cluster)))
    finally:
        away()
    assert sign == "bad" and "store-keys" in fact


def test_controllers_are_told_with_version_and_instance_id(cluster: Cluster) -> None:
    cluster.create(
        PODS,
        {
            "metadata": {
                **{"namespace": "argo", "name": "workflow-controller-1"},
                "labels": {"app": "workflow-controller"},
            },
            "spec": {"containers": [{"name": "c", "image": "quay.io:443/argo/controller:v4.1.2"}]},
        },
    )
    about = {"namespace": "argo", "name": "workflow-controller-configmap"}
    data = {"config": "instanceID: blue\nparallelism: 3\n"}
    cluster.create(CONFIG_MAPS, {"metadata": about, "data": data})
    try:
        told = of("argo", report(*demo(cluster, "demo-admin")))
    finally:
        cluster.delete(CONFIG_MAPS, "workflow-controller-configmap")
        cluster.delete(PODS, "workflow-controller-1")
    assert ("good", "controller v4.1.2 in argo, instance id blue") in told


def discovery(asked: Asked, reply: Reply) -> None:
    """A cluster with neither Argo nor metrics, which answers nothing about rights."""
    if asked.path == "/version":
        ahead = datetime.now(UTC) + timedelta(hours=2)
        date = ahead.strftime("%a, %d %b %Y %H:%M:%S GMT")
        body = b'{"gitVersion": "v1.33.1"}'
        head = f"HTTP/1.1 200 OK\r\nDate: {date}\r\nContent-Length: {len(body)}\r\n\r\n"
        reply.bare(head.encode() + body)
    elif asked.path == "/api":
        reply.json({"versions": ["v1"]})
    else:
        reply.refuse(404, "NotFound", "the server could not find the requested resource")


def test_a_cluster_without_argo_without_metrics_and_with_another_time(tmp_path: Path) -> None:
    with fake_api(discovery) as api:
        found = report("--kubeconfig", str(write_kubeconfig(tmp_path, api.url)), "-n", "argo")
    assert not found["ok"]
    ((sign, fact),) = of("argo", found)
    assert sign == "bad" and fact.startswith("Argo Workflows is not installed here")
    ((sign, fact),) = of("metrics", found)
    assert sign == "notice" and "no metrics.k8s.io" in fact
    skewed = [fact for sign, fact in of("api", found) if sign == "notice"]
    assert len(skewed) == 1 and "behind the server's" in skewed[0]
    assert "unknown" in [sign for sign, _ in of("rights", found)]


def test_without_a_kubeconfig_that_is_the_fault_and_nothing_is_asked() -> None:
    found = report()
    assert [sign for sign, _ in of("login", found)] == ["bad"]
    assert "there is no kubeconfig" in of("login", found)[0][1]
    for check in ("api", "argo", "rights", "metrics", "artifacts"):
        assert [sign for sign, _ in of(check, found)] == ["unknown"]


def test_a_cluster_that_takes_connections_and_says_nothing_costs_five_seconds_at_most(
    tmp_path: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        path = str(write_kubeconfig(tmp_path, url))
        begun = time.monotonic()
        found = report("--kubeconfig", path)
        taken = time.monotonic() - begun
    assert of("api", found) == [("unknown", "no answer in time")]
    assert LIMIT < 5 and taken < 5 + 25, "the rest is what a slow machine may take"


def jwt(**claims: Any) -> str:
    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none'})}.{part(claims)}.{SECRET}"


@pytest.mark.parametrize(
    ("lasts", "sign", "words"),
    [
        (timedelta(hours=-2), "bad", "which ended"),
        (timedelta(minutes=30), "notice", "which ends in"),
        (timedelta(days=300), "good", "good until"),
    ],
)
@pytest.mark.parametrize("by", ["a token", "a client certificate"])
def test_when_a_login_ends_is_told(
    tmp_path: Path, lasts: timedelta, sign: str, words: str, by: str
) -> None:
    if by == "a token":
        ends = datetime.now(UTC) + lasts
        user = {"token": jwt(sub="me", exp=int(ends.timestamp()))}
    else:
        coded = [base64.b64encode(each.encode()) for each in Authority().issue("me", lasts=lasts)]
        names = ("client-certificate-data", "client-key-data")
        user = {name: each.decode() for name, each in zip(names, coded, strict=True)}
    path = tmp_path / "kubeconfig"
    path.write_text(json.dumps(kubeconfig("https://127.0.0.1:1", user)))
    said = run(["doctor", "-o", "json", "--kubeconfig", str(path)])
    login = of("login", json.loads(said.out))[1]
    assert login[0] == sign and f"by {by}" in login[1] and words in login[1]
    assert SECRET not in said.out + said.err


def kubeconfig(url: str, user: dict[str, str]) -> dict[str, Any]:
    return {
        "current-context": "it",
        "contexts": [{"name": "it", "context": {"cluster": "it", "user": "me"}}],
        "clusters": [{"name": "it", "cluster": {"server": url}}],
        "users": [{"name": "me", "user": user}],
    }


def test_with_an_argo_server_alone_what_it_cannot_tell_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = StandIn()
    with server.running() as running:
        monkeypatch.setenv("ARGO_SERVER", running.url)
        monkeypatch.setenv("ARGO_TOKEN", TOKEN.removeprefix("Bearer "))
        found = report("-n", "argo")
    assert found["ok"]
    assert of("login", found)[1] == ("good", "by the token in ARGO_TOKEN")
    assert of("api", found)[0][1].startswith("Argo Server ")
    assert ("good", "the server has an archive") in of("argo", found)
    assert of("metrics", found)[0][0] == "notice"
    assert of("artifacts", found) == [("good", "the Argo Server hands artifacts out")]


def test_a_server_that_does_not_take_the_token_is_to_be_mended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = StandIn()
    server.tokens = {"Bearer another"}
    with server.running() as running:
        monkeypatch.setenv("ARGO_SERVER", running.url)
        monkeypatch.setenv("ARGO_TOKEN", SECRET)
        said = run(["doctor", "-o", "json", "-n", "argo"])
    assert said.code == 1 and SECRET not in said.out + said.err
    assert "bad" in [sign for sign, _ in of("api", json.loads(said.out))]


def test_a_wrong_line_of_the_settings_is_told_once(tmp_path: Path, cluster: Cluster) -> None:
    file = tmp_path / "config" / "argo-tui" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text('theme = "no-such-theme"\nread-onli = true\n')
    said = run(["doctor", *demo(cluster)])
    assert said.code == 1 and said.err == ""
    told = [line for line in said.out.splitlines() if "config.toml: line" in line]
    assert [line.split(":")[2].strip() for line in told] == ["theme", "read-onli"]
    assert told[0].startswith("settings   ✖")


def test_the_report_is_lines_with_a_sign_a_fact_and_what_to_do(cluster: Cluster) -> None:
    said: Said = run(["doctor", "--ascii", *demo(cluster, "demo-viewer")])
    lines = said.out.splitlines()
    assert lines[0].startswith("argo-tui ") and lines[1] == ""
    begun = [line.split()[0] for line in lines[2:-2] if line and not line.startswith(" ")]
    assert begun == list(CHECKS)
    assert lines[-1].startswith("nothing is broken, ") and said.out.isascii()


def test_in_a_terminal_it_asks_the_terminal_and_lines_end_where_it_ends(cluster: Cluster) -> None:
    command = run_tui("doctor", *demo(cluster, "demo-viewer"))
    with Pty(command, columns=60, rows=100) as pty:
        pty.wait_for("not known", within=60)
        picture = pty.picture()
    assert "60x100" in picture
    assert "was not asked" not in picture, "this one is a terminal"
    assert "it answers" in picture
    assert os.linesep in picture
