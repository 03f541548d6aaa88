"""README.md tells the truth: links, keys, flags, environment, examples, rights."""

from __future__ import annotations

import argparse
import inspect
import re
import shlex
import shutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any
from urllib.parse import unquote

import pytest
import yaml
from textual.dom import DOMNode

import tui
from tests.support import roletext
from tests.support.arrowtable import CONTRIBUTING, table
from tests.support.cluster import Cluster, running_cluster
from tests.support.headless import run
from tests.support.keytable import TABLES, loaded, own_bindings, tables
from tests.support.made import within
from tests.support.rights import USES, furnish
from tests.support.where import where
from tui.actions import ACTIONS
from tui.actions.role import CLUSTER_PARTS, PARTS, all_rights
from tui.cli import app_parser, headless_parser
from tui.config import ROWS
from tui.config import parse as parse_settings
from tui.demo.access import Rule, User
from tui.demo.child import start as demo_child
from tui.domain.query import parse
from tui.errors import Refused
from tui.headless import COMMANDS
from tui.kinds.workflows import FIELDS
from tui.sources.opening import connect

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")


def section(heading: str) -> str:
    """What stands under a heading of the second rank."""
    return README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def code_lines(text: str, language: str = "sh") -> list[str]:
    """The lines of all code blocks of a language."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


# --- links and commands --------------------------------------------------------------------------


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_linked_file_is_there(document: str) -> None:
    text = (ROOT / document).read_text()
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if not target.startswith(("http://", "https://")):
            assert (ROOT / unquote(target)).is_file(), f"{document} links {target}"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_into_a_document_finds_its_heading(document: str) -> None:
    text = (ROOT / document).read_text()
    headings = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= headings


def test_two_pictures_are_shown_and_are_those_of_the_tests() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert len(pictures) == 2
    assert all(picture.startswith("snapshots/screens/") for picture in pictures)


def test_the_two_commands_stand_alone_on_their_lines() -> None:
    lines = code_lines(README)
    assert "pip install '.[demo]' && argo-tui --demo" in lines
    assert "pip install '.[test]' && pytest" in lines


# --- keys ----------------------------------------------------------------------------------------


def test_the_tables_of_keys_are_the_bindings() -> None:
    found = within(ROOT / "README.md", "keys")
    assert found == tables(), "run: python -m tests.support.keytable --write"


def test_the_table_of_arrows_is_the_one_that_is_enforced() -> None:
    found = within(CONTRIBUTING, "arrows")
    assert found == table(), "run: python -m tests.support.arrowtable --write"


def test_no_class_with_bindings_is_left_out() -> None:
    listed = {loaded(name) for _, _, names in TABLES for name in names}
    for module in walk_packages(tui.__path__, "tui."):
        if module.name.startswith("tui.demo") or module.name == "tui.__main__":
            continue
        for _, kind in inspect.getmembers(import_module(module.name), inspect.isclass):
            if kind.__module__ == module.name and issubclass(kind, DOMNode) and own_bindings(kind):
                assert kind in listed, f"{kind} has keys that README.md does not show"


def test_the_terms_of_the_filter_are_all_there() -> None:
    told = re.findall(r"^\| (?:a text, or )?`(\w+):…` \| (.+) \|$", README, re.MULTILINE)
    assert told == [(name, field.help) for name, field in FIELDS.named.items()]


@pytest.mark.parametrize(
    "text", ["phase:failed|error !ns:test", "label:team=qa nightly", 'message:"no space left"']
)
def test_the_filters_shown_can_be_read(text: str) -> None:
    assert f"`{text}`" in README
    assert parse(text, FIELDS)


# --- configuration -------------------------------------------------------------------------------


def flags_of(parser: argparse.ArgumentParser) -> set[str]:
    """Every flag of a parser and of its verbs."""
    found: set[str] = set()
    for action in parser._actions:
        found.update(action.option_strings)
        if isinstance(action, argparse._SubParsersAction):
            for one in action.choices.values():
                found |= flags_of(one)
    return found


def test_every_flag_is_told_and_no_other() -> None:
    rows = re.findall(r"^\| (`-[^|]+) \|", section("Configuration"), re.MULTILINE)
    told = {word for row in rows for word in re.findall(r"`(--?[\w-]+)", row)}
    assert told == flags_of(app_parser())


LOGINS = {
    "`token`, `tokenFile`": "test_a_rotated_token_file_is_used_without_being_refused_first",
    "`username`, `password`": "test_a_login_says_what_kubectl_says",
    "`client-certificate`, `client-key`, also as `…-data`": (
        "test_who_we_are_is_said_by_a_certificate"
    ),
    "`exec`": "test_a_plugin_is_asked_once_and_again_after_a_401",
    "`exec` with `interactiveMode`": (
        "test_a_plugin_asks_before_the_app_draws_and_again_while_it_does"
    ),
    "`exec` with `provideClusterInfo`, `env`, `installHint`": (
        "test_a_plugin_is_told_what_kubectl_tells_it"
    ),
    "`auth-provider: oidc`": (
        "test_kubectl_asks_the_issuer_for_the_same_and_leaves_the_same_login"
    ),
    "`auth-provider: gcp`, `azure`": "test_a_provider_that_kubectl_gave_up_names_its_plugin",
    "`as`, `as-uid`, `as-groups`, `as-user-extra`; `--as`, `--as-uid`, `--as-group`": (
        "test_flags_act_as_somebody_else_as_for_kubectl"
    ),
    "`https://user:password@server`": "test_a_login_in_the_address_wins_as_for_kubectl",
    "`http://server`": "test_without_tls_no_login_is_sent_and_no_plugin_is_run",
    "`certificate-authority`, also as `…-data`; `insecure-skip-tls-verify`": (
        "test_whom_to_trust_is_said_by_data_or_a_file"
    ),
    "`tls-server-name`": "test_the_name_that_is_wanted_may_be_another_one_than_the_host",
    "`proxy-url`": "test_a_secure_cluster_is_reached_through_each_kind_of_proxy",
}
"""What the README says of logins, and a test of each against a real server."""


def test_each_row_about_logins_has_a_test() -> None:
    told = section("Your cluster").partition("\n### Rights\n")[0]
    rows = re.findall(r"^\| (`[^|]+?) \|", told, re.MULTILINE)
    assert rows == list(LOGINS)
    tests = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*logins.py"))
    tests += "".join(
        (ROOT / "tests" / "sources" / f"test_{name}.py").read_text()
        for name in ("oidc", "proxies", "tls")
    )
    for name in LOGINS.values():
        assert f"def {name}(" in tests


ENVIRONMENT = re.compile(r"""(?:env(?:iron)?(?:\.get\(|\[)|text\("\w+", )"([A-Z][A-Z_0-9]+)\"""")
UNTOLD = frozenset(
    {
        # What terminals, shells, tmux, SSH and Kubernetes set by themselves.
        *("TERM", "COLORTERM", "XTERM_VERSION", "TMUX", "STY", "SSH_CONNECTION", "SSH_TTY"),
        *("KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "HOME", "PATH"),
        # For tests of `plan` alone.
        "ARGO_TUI_SUFFIX",
    }
)
ELSEWHERE = frozenset({"HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "ALL_PROXY"})
"""Read by names that are put together (`sources.proxies`), or by libraries."""


def test_every_variable_that_is_read_is_told_and_no_other() -> None:
    files = [
        path
        for path in (ROOT / "tui").rglob("*.py")
        if not path.is_relative_to(ROOT / "tui" / "demo")
    ]
    read = {name for path in files for name in ENVIRONMENT.findall(path.read_text())}
    rows = re.findall(r"^\| (`[A-Z][^|]+) \|", section("Configuration"), re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}
    assert told == (read - UNTOLD) | ELSEWHERE


def test_every_row_of_the_settings_file_is_told_and_no_other() -> None:
    told = re.findall(r"^\| `([\w.-]+)` \| (.+) \| (.+) \| (.+) \|$", README, re.MULTILINE)
    rows = {
        (re.sub(r"\b[A-Z]+\b", "*", key), about, allowed, default)
        for key, about, allowed, default in told
    }
    # What is said of stores holds for a context as well.
    expected = [row for row in ROWS if row.key[:1] != ("contexts",) or "s3" not in row.key]
    assert rows == {(".".join(r.key), r.about, r.allowed, r.default) for r in expected}


def test_the_settings_file_shown_can_be_followed_and_shows_what_there_is() -> None:
    given, faults = parse_settings("\n".join(code_lines(section("Configuration"), "toml")))
    assert faults == []
    shown = {key[0] for key in given}
    assert shown == {row.key[0] for row in ROWS} - {"read-only", "ascii", "mouse"}


# --- examples ------------------------------------------------------------------------------------


def demo_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    command: Any = import_module("tui.demo.command")
    command.configure(parser)
    return parser


EXAMPLES = [line for line in code_lines(section("In scripts")) if not line.startswith("#")]


@pytest.mark.parametrize("line", EXAMPLES)
def test_the_examples_are_command_lines_of_ours(line: str) -> None:
    program, name, *words = shlex.split(line)
    assert program == "argo-tui"
    parser = demo_parser() if name == "demo-cluster" else headless_parser(name)
    try:
        parser.parse_intermixed_args(words)
    except TypeError:
        parser.parse_args(words)


def test_the_names_of_the_examples_are_those_of_the_demo_cluster(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("ARGO_NAMESPACE", raising=False)
    with demo_child() as demo:
        # Some write files, and some read those of this folder.
        shutil.copytree(ROOT / "tests/saved", tmp_path / "tests/saved")
        monkeypatch.chdir(tmp_path)
        for line in EXAMPLES:
            words = shlex.split(line)[1:]
            # The demo cluster has no Argo Server, so that it has no archive.
            is_of_demo = words[0] not in ("demo-cluster", "archive")
            if is_of_demo and "--follow" not in words and "-f" not in words:
                said = run([*words, "--kubeconfig", str(demo.kubeconfig)])
                assert said.code == 0, f"{line}: {said.err}"


def test_every_command_has_an_example() -> None:
    assert {shlex.split(line)[1] for line in EXAMPLES} == {*COMMANDS, "demo-cluster"}


def test_every_verb_of_plan_is_named() -> None:
    from tui.headless.verbs import VERBS

    paragraph = section("In scripts").partition("`plan` knows")[2].partition(".")[0]
    assert set(re.findall(r"`(\w+)`", paragraph)) == set(VERBS)


# --- rights --------------------------------------------------------------------------------------


def role() -> dict[str, Any]:
    (block,) = re.findall(r"^```yaml\n(apiVersion: .*?)^```", README, re.DOTALL | re.MULTILINE)
    found = yaml.safe_load(block)
    assert isinstance(found, dict)
    return found


def rights() -> list[tuple[str, str, str]]:
    """Group, resource, verb; each once."""
    return [
        (group, resource, verb)
        for rule in role()["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    ]


def missed(cluster: Cluster, allowed: list[tuple[str, str, str]]) -> set[str]:
    """What one is refused who has these rights in argo and no others."""
    users = cluster.server.access.users
    rules = tuple(Rule((group,), (kind,), (verb,), ("argo",)) for group, kind, verb in allowed)
    before = users["demo-least"]
    users["demo-least"] = User(before.name, rules, token=before.token)
    found: set[str] = set()
    for name, use in USES.items():
        source = connect(where(kubeconfig=str(cluster.kubeconfig), context="demo-least"), {})
        try:
            use(cluster, source)
        except Refused:
            found.add(name)
        finally:
            source.close()
    return found


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("guarded"), tls=True) as cluster:
        furnish(cluster)
        yield cluster


def test_the_role_is_made_of_what_the_program_tells_of() -> None:
    found = within(ROOT / "README.md", "role")
    assert found == roletext.text(), "run: python -m tests.support.roletext --write"
    told = {(right.group, right.path, right.verb) for right in all_rights(PARTS)}
    assert told == set(rights())


def test_what_needs_a_cluster_role_is_named() -> None:
    for right in all_rights(CLUSTER_PARTS):
        assert f"`{right.resource}`" in section("Your cluster")
        assert f"`{right.verb}`" in section("Your cluster")


def test_each_action_needs_no_more_than_the_role_gives() -> None:
    given = set(all_rights(PARTS))
    for action in ACTIONS:
        if any(right.of_cluster for right in action.rights):
            continue  # that is for a ClusterRole
        assert given.issuperset((*action.rights, *action.sometimes)), action.id


def test_the_role_is_one_of_kubernetes() -> None:
    found = role()
    assert (found["apiVersion"], found["kind"]) == ("rbac.authorization.k8s.io/v1", "Role")
    assert all(set(rule) == {"apiGroups", "resources", "verbs"} for rule in found["rules"])
    assert len(set(rights())) == len(rights())


def test_the_role_is_enough_for_everything(guarded: Cluster) -> None:
    assert missed(guarded, rights()) == set()


@pytest.mark.parametrize("left_out", rights(), ids=lambda right: " ".join(right).strip())
def test_no_right_of_the_role_is_too_many(guarded: Cluster, left_out: tuple[str, str, str]) -> None:
    assert missed(guarded, [right for right in rights() if right != left_out])
