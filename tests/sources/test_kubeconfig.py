"""Which cluster is meant, and what is said when none is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.where import where
from tui.errors import NoCluster, SettingsError
from tui.settings import Settings
from tui.sources import kubeconfig
from tui.sources.contexts import KubeconfigContexts
from tui.sources.opening import connect


def config(
    *contexts: str, current: str | None = None, namespace: str = "", token: str = "t"
) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        **({"current-context": current} if current is not None else {}),
        "contexts": [
            {
                "name": name,
                "context": {"cluster": name, "user": name}
                | ({"namespace": namespace} if namespace else {}),
            }
            for name in contexts
        ],
        "clusters": [
            {"name": name, "cluster": {"server": f"https://{name}.example:6443/"}}
            for name in contexts
        ],
        "users": [{"name": name, "user": {"token": token}} for name in contexts],
    }


def at_server(server: str) -> dict[str, Any]:
    """A kubeconfig whose cluster is there."""
    return config("a", current="a") | {"clusters": [{"name": "a", "cluster": {"server": server}}]}


def written(path: Path, content: Any) -> Path:
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return path


def test_a_flag_wins_over_the_environment_and_that_over_the_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / ".kube").mkdir(parents=True)
    written(home / ".kube" / "config", config("home", current="home"))
    named = written(tmp_path / "named", config("named", current="named"))
    flag = written(tmp_path / "flag", config("flag", current="flag"))
    environ = {"HOME": str(home)}
    assert kubeconfig.choose("", "", environ).context == "home"
    environ["KUBECONFIG"] = str(named)
    assert kubeconfig.choose("", "", environ).context == "named"
    assert kubeconfig.choose(str(flag), "", environ).context == "flag"


def test_several_files_merge_and_the_first_that_names_a_thing_wins(tmp_path: Path) -> None:
    one = written(tmp_path / "one", config("a", token="one") | {"users": []})
    two = written(tmp_path / "two", config("a", "b", current="b", token="two"))
    three = written(tmp_path / "three", config("c", current="c"))
    missing = tmp_path / "not there"
    environ = {"KUBECONFIG": os.pathsep.join(map(str, (one, missing, two, three)))}
    chosen = kubeconfig.choose("", "", environ)
    assert chosen.context == "b", "the first current-context counts"
    assert chosen.server == "https://b.example:6443"
    other = kubeconfig.choose("", "a", environ)
    assert other.user["token"] == "two", "the user of a is only in the second file"
    assert other.user_folder == str(tmp_path)
    assert str(missing) not in other.paths


def test_the_namespace_is_the_flags_else_the_contexts_else_default(tmp_path: Path) -> None:
    plain = written(tmp_path / "plain", config("a", current="a"))
    argo = written(tmp_path / "argo", config("a", current="a", namespace="argo"))

    def namespace(path: Path, flag: str = "") -> str:
        return connect(where(kubeconfig=str(path), namespace=flag), {}).place.namespace

    assert namespace(plain) == "default"
    assert namespace(argo) == "argo"
    assert namespace(argo, "mine") == "mine"


def test_where_we_are_is_known_without_asking_anybody(tmp_path: Path) -> None:
    path = written(tmp_path / "config", config("prod", current="prod", namespace="etl"))
    place = connect(where(kubeconfig=str(path)), {}).place
    assert (place.label, place.server, place.namespace, place.user) == (
        "prod",
        "https://prod.example:6443",
        "etl",
        "prod",
    )


@pytest.mark.parametrize(
    ("content", "words", "kind"),
    [
        ("", "names no contexts", NoCluster),
        (config(), "names no contexts", NoCluster),
        (config("a", "b"), "has no current context", NoCluster),
        (config("a", current="z"), "no context z", SettingsError),
        ("a: [", "not YAML", SettingsError),
        ("- a\n- b\n", "holds a list", SettingsError),
        ("just text", "holds plain text", SettingsError),
        (config("a", current="a") | {"contexts": {"a": 1}}, "not a list", SettingsError),
        (config("a", current="a") | {"clusters": []}, "of cluster a", SettingsError),
        (config("a", current="a") | {"users": []}, "of user a", SettingsError),
        (
            config("a", current="a") | {"clusters": [{"name": "a", "cluster": {}}]},
            "no usable server",
            SettingsError,
        ),
        (at_server("https://[::1"), "no usable server", SettingsError),
        (at_server("https://here:port"), "no usable server", SettingsError),
        (at_server("https://here:99999"), "no usable server", SettingsError),
        (at_server("https://"), "no usable server", SettingsError),
        (at_server("ftp://here"), "no usable server", SettingsError),
        ("\x00\xff binary \x01", "not YAML", SettingsError),
        ('{"contexts":' * 100_000, "nested too deeply", SettingsError),
        ("contexts: " + "[" * 100_000, "nested too deeply", SettingsError),
        ("- " * 100_000 + "a", "nested too deeply", SettingsError),
    ],
)
def test_a_kubeconfig_that_leads_nowhere_says_why(
    tmp_path: Path, content: Any, words: str, kind: type[SettingsError]
) -> None:
    path = written(tmp_path / "config", content)
    with pytest.raises(SettingsError, match=words) as caught:
        kubeconfig.choose("", "", {"KUBECONFIG": str(path)})
    assert type(caught.value) is kind
    assert caught.value.hint
    assert caught.value.exit_code == 2


def test_no_kubeconfig_at_all_is_no_cluster_and_offers_the_demo(tmp_path: Path) -> None:
    with pytest.raises(NoCluster, match="there is no kubeconfig") as caught:
        kubeconfig.choose("", "", {"HOME": str(tmp_path)})
    assert "--demo" in caught.value.hint


def test_a_named_kubeconfig_that_is_not_there_is_said_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(NoCluster, match="nope"):
        kubeconfig.choose(str(tmp_path / "nope"), "", {})


def test_inside_a_pod_its_service_account_is_used(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("pod-token")
    (tmp_path / "namespace").write_text("jobs\n")
    environ = {
        "HOME": str(tmp_path),
        "KUBERNETES_SERVICE_HOST": "fd00::1",
        "KUBERNETES_SERVICE_PORT": "443",
    }
    chosen = kubeconfig.choose("", "", environ, service_account=tmp_path)
    assert chosen.is_in_cluster
    assert (chosen.context, chosen.server) == ("in-cluster", "https://[fd00::1]:443")
    assert chosen.namespace == "jobs"


def test_a_kubeconfig_wins_over_the_service_account(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("pod-token")
    path = written(tmp_path / "config", config("a", current="a"))
    environ = {"KUBECONFIG": str(path), "KUBERNETES_SERVICE_HOST": "10.0.0.1"}
    assert kubeconfig.choose("", "", environ, service_account=tmp_path).context == "a"


def test_the_users_secrets_are_in_no_repr(tmp_path: Path) -> None:
    path = written(tmp_path / "config", config("a", current="a", token="hush"))
    assert "hush" not in repr(kubeconfig.choose(str(path), "", {}))


def test_contexts_to_go_to_are_those_of_all_files_and_nothing_of_another_place_holds_there(
    tmp_path: Path,
) -> None:
    first = written(tmp_path / "first", config("a", "b", current="b", namespace="team"))
    second = written(tmp_path / "second", config("b", "c", current="c"))
    environ = {"KUBECONFIG": f"{first}{os.pathsep}{second}{os.pathsep}{tmp_path / 'absent'}"}
    settings = Settings(context="a", namespace="elsewhere", all_namespaces=True, read_only=True)
    contexts = KubeconfigContexts(lambda: settings, environ)
    assert [(each.name, each.namespace, each.is_current) for each in contexts.entries()] == [
        ("a", "team", False),
        ("b", "team", True),
        ("c", "", False),
    ]
    entry = contexts.entries()[2]
    assert (entry.cluster, entry.user) == ("c", "c")
    place = contexts.open("b").place
    assert (place.label, place.server, place.namespace) == ("b", "https://b.example:6443", "team")
    with pytest.raises(SettingsError, match="no context d"):
        contexts.open("d")
    assert KubeconfigContexts(lambda: settings, {"HOME": str(tmp_path)}).entries() == ()
