"""What holds for every request, seen from the server's side."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.fake_api import (
    Answer,
    Asked,
    FakeApi,
    Reply,
    fake_api,
    listing,
    workflow,
    write_kubeconfig,
)
from tests.support.where import where
from tui.domain.workflow import WorkflowRef
from tui.domain.writes import MERGE_PATCH, Write
from tui.errors import (
    Busy,
    Conflict,
    Expired,
    Missing,
    Refused,
    Rejected,
    SourceError,
    Unreachable,
)
from tui.sources.base import Place, Scope
from tui.sources.credentials import Login
from tui.sources.kubeconfig import choose
from tui.sources.kubernetes import KubernetesSource, connect
from tui.sources.transport import Transport

ONE = WorkflowRef("argo", "one")
PATCH = Write(
    "PATCH",
    "/apis/argoproj.io/v1alpha1/namespaces/argo/workflows/one",
    {"spec": {"shutdown": "Stop"}},
    MERGE_PATCH,
)


def source_of(
    api: FakeApi, folder: Path, user: Any = None, environ: Any = None, **more: Any
) -> KubernetesSource:
    path = write_kubeconfig(folder, api.url, user=user)
    return connect(where(kubeconfig=str(path), **more), environ or {})


OUR_WAY: dict[str, str] = {}
OFFICIAL_WAY = {"HTTPS_PROXY": "http://proxy.invalid"}
"""An environment with a proxy makes the official client log in; our server is no https one."""

both_ways = pytest.mark.parametrize("environ", [OUR_WAY, OFFICIAL_WAY], ids=["ours", "official"])


def far_away(api: FakeApi, folder: Path) -> KubernetesSource:
    """The same as if the cluster were not on this machine."""
    chosen = choose(str(write_kubeconfig(folder, api.url)), "", {})
    transport = Transport(Login(chosen, {}), server=chosen.server, gzip=True)
    return KubernetesSource(transport, Place("far"))


def refusing(code: int, reason: str = "", message: str = "", **more: Any) -> Answer:
    return lambda asked, reply: reply.refuse(code, reason, message, **more)


def saying(value: Any) -> Answer:
    return lambda asked, reply: reply.json(value)


def error_of(folder: Path, answer: Answer, **more: Any) -> SourceError:
    with fake_api(answer) as api, pytest.raises(SourceError) as caught:
        source_of(api, folder, **more).get(ONE)
    return caught.value


def test_a_request_says_who_we_are_and_takes_gzip(tmp_path: Path) -> None:
    with fake_api(saying({"kind": "Workflow", "metadata": {"name": "x" * 5000}})) as api:
        found = far_away(api, tmp_path).get(ONE)
        source_of(api, tmp_path).get(ONE)
    assert found["metadata"]["name"] == "x" * 5000
    asked, near = api.asked
    assert near.headers["Accept-Encoding"] == "identity", "packing costs more than it saves here"
    lower = {name.lower(): value for name, value in asked.headers.items()}
    assert lower["authorization"] == "Bearer let-me"
    assert lower["accept-encoding"] == "gzip"
    assert lower["user-agent"].startswith("argo-tui/")


def test_names_cannot_leave_their_place_in_the_path(tmp_path: Path) -> None:
    with fake_api(saying({"kind": "Workflow"})) as api:
        source_of(api, tmp_path).get(WorkflowRef("argo", "../../secrets?x=1"))
    assert api.asked[0].path.endswith("/workflows/..%2F..%2Fsecrets%3Fx%3D1")


def test_impersonation_of_the_kubeconfig_is_sent(tmp_path: Path) -> None:
    user = {
        "token": "t",
        "as": "jane",
        "as-uid": "42",
        "as-groups": ["dev", "ops"],
        "as-user-extra": {"reason": ["on call"]},
    }
    seen: list[Any] = []

    def answer(asked: Asked, reply: Reply) -> None:
        seen.append(reply._handler.headers)
        reply.json({})

    with fake_api(answer) as api:
        source_of(api, tmp_path, user).get(ONE)
    (headers,) = seen
    assert headers["Impersonate-User"] == "jane"
    assert headers["Impersonate-Uid"] == "42"
    assert headers.get_all("Impersonate-Group") == ["dev", "ops"]
    assert headers["Impersonate-Extra-reason"] == "on call"


# --- 401 --------------------------------------------------------------------------------------


def test_a_read_that_is_not_authorized_is_repeated_once_with_fresh_credentials(
    tmp_path: Path,
) -> None:
    tokens = tmp_path / "token"
    tokens.write_text("old\n")

    def answer(asked: Asked, reply: Reply) -> None:
        if "new" in str(asked.headers):
            reply.json({"ok": True})
        else:
            tokens.write_text("new\n")
            reply.refuse(401, "Unauthorized", "Unauthorized")

    with fake_api(answer) as api:
        found = source_of(api, tmp_path, {"tokenFile": "token"}).get(ONE)
    assert found == {"ok": True}
    assert len(api.asked) == 2


def test_a_second_401_is_final(tmp_path: Path) -> None:
    with fake_api(refusing(401, "Unauthorized")) as api:
        with pytest.raises(Refused, match="credentials") as caught:
            source_of(api, tmp_path).get(ONE)
        assert len(api.asked) == 2
    assert caught.value.status == 401


def test_a_write_is_never_sent_twice_not_even_after_a_401(tmp_path: Path) -> None:
    with fake_api(refusing(401, "Unauthorized")) as api:
        with pytest.raises(Refused):
            source_of(api, tmp_path).perform(PATCH)
        assert len(api.asked) == 1


def test_a_rotated_token_file_is_used_without_being_refused_first(tmp_path: Path) -> None:
    tokens = tmp_path / "token"
    tokens.write_text("first")
    with fake_api(saying({})) as api:
        source = source_of(api, tmp_path, {"tokenFile": "token"})
        source.get(ONE)
        tokens.write_text("the second")
        source.get(ONE)
    sent = [{k.lower(): v for k, v in a.headers.items()}["authorization"] for a in api.asked]
    assert sent == ["Bearer first", "Bearer the second"]


@both_ways
@pytest.mark.parametrize(
    ("user", "sent"),
    [
        ({"token": "abc"}, "Bearer abc"),
        ({"username": "jane", "password": "secret"}, "Basic amFuZTpzZWNyZXQ="),
        ({"tokenFile": "token", "token": "older"}, "Bearer from the file"),
        ({}, None),
    ],
)
def test_every_plain_way_to_log_in(tmp_path: Path, environ: Any, user: Any, sent: Any) -> None:
    (tmp_path / "token").write_text("from the file\n")
    with fake_api(saying({})) as api:
        source_of(api, tmp_path, user, environ).get(ONE)
    lower = {name.lower(): value for name, value in api.asked[0].headers.items()}
    assert lower.get("authorization") == sent


def test_an_ordinary_login_does_not_load_the_official_client(tmp_path: Path) -> None:
    code = (
        "import sys; from tests.support.where import where\n"
        "from tui.sources.kubernetes import connect; from tui.domain.workflow import WorkflowRef\n"
        "connect(where(kubeconfig=sys.argv[1]), {}).get(WorkflowRef('argo', 'one'))\n"
        "print('kubernetes' in sys.modules)"
    )
    with fake_api(saying({})) as api:
        path = write_kubeconfig(tmp_path, api.url)
        done = subprocess.run(
            [sys.executable, "-c", code, str(path)],
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[2],
        )
    assert done.stdout == "False\n", done.stderr


@pytest.mark.parametrize(
    ("user", "words"),
    [
        ({"client-certificate-data": "!!", "client-key-data": "!!"}, "not base64"),
        ({"client-certificate": "nope.crt", "client-key": "nope.key"}, "not there: .*nope.crt"),
    ],
)
def test_a_certificate_that_cannot_be_read_is_said(tmp_path: Path, user: Any, words: str) -> None:
    with fake_api(saying({})) as api, pytest.raises(Refused, match=words):
        source_of(api, tmp_path, user).get(ONE)


# --- credential plugins -----------------------------------------------------------------------


def plugin_user(folder: Path, body: str, **more: Any) -> dict[str, Any]:
    script = folder / "plugin.py"
    script.write_text("import json, os, sys, time\n" + body)
    return {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": sys.executable,
            "args": [str(script)],
            "interactiveMode": "IfAvailable",
            **more,
        }
    }


COUNTING = """
from pathlib import Path
runs = Path(__file__).with_name("runs")
count = len(runs.read_text()) if runs.exists() else 0
runs.write_text("x" * (count + 1))
print(json.dumps({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
                  "status": {"token": f"token-{count}", **EXTRA}}))
"""


@both_ways
def test_a_plugin_is_asked_once_and_again_after_a_401(tmp_path: Path, environ: Any) -> None:
    user = plugin_user(tmp_path, "EXTRA = {}\n" + COUNTING)

    def answer(asked: Asked, reply: Reply) -> None:
        old = "token-0" in str(asked.headers)
        reply.refuse(401) if old and len(api.asked) > 3 else reply.json({})

    with fake_api(answer) as api:
        source = source_of(api, tmp_path, user, environ)
        for _ in range(6):
            source.get(ONE)
    assert (tmp_path / "runs").read_text() == "xx"


def test_a_credential_that_is_over_is_renewed_before_it_is_used(tmp_path: Path) -> None:
    user = plugin_user(
        tmp_path, 'EXTRA = {"expirationTimestamp": "2020-01-01T00:00:00Z"}\n' + COUNTING
    )
    with fake_api(saying({})) as api:
        source = source_of(api, tmp_path, user)
        source.get(ONE)
        first = len((tmp_path / "runs").read_text())
        source.get(ONE)
    assert len((tmp_path / "runs").read_text()) > first


def test_a_plugin_gets_no_terminal_and_its_words_do_not_reach_the_screen(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    body = (
        """
print("open https://example.com to log in", file=sys.stderr)
assert not sys.stdin.read()
assert json.loads(os.environ["KUBERNETES_EXEC_INFO"])["spec"]["interactive"] is False
"""
        + "EXTRA = {}\n"
    )
    with fake_api(saying({})) as api:
        source_of(api, tmp_path, plugin_user(tmp_path, body + COUNTING)).get(ONE)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("sys.exit('session is over')", "session is over"),
        ("print('not json')", "ExecCredential"),
        ('print(json.dumps({"status": {}}))', "neither token nor certificate"),
    ],
)
def test_a_plugin_that_fails_is_told_in_its_own_words(
    tmp_path: Path, body: str, words: str
) -> None:
    with fake_api(saying({})) as api, pytest.raises(Refused, match=words):
        source_of(api, tmp_path, plugin_user(tmp_path, body)).get(ONE)
    assert not api.asked


def test_a_plugin_that_is_not_there_says_how_to_get_it(tmp_path: Path) -> None:
    user = {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": "no-such-plugin",
            "installHint": "ask the platform team",
        }
    }
    with fake_api(saying({})) as api, pytest.raises(Refused, match="not installed") as caught:
        source_of(api, tmp_path, user).get(ONE)
    assert caught.value.hint == "ask the platform team"


# --- refusals ---------------------------------------------------------------------------------


def test_403_says_what_is_not_allowed_where_and_to_whom(tmp_path: Path) -> None:
    error = error_of(
        tmp_path,
        refusing(
            403,
            "Forbidden",
            'workflows.argoproj.io "one" is forbidden: User "jane" cannot get resource '
            '"workflows" in API group "argoproj.io" in the namespace "argo"',
            group="argoproj.io",
            kind="workflows",
        ),
    )
    assert isinstance(error, Refused)
    assert error.what == "not allowed to get workflows in argo"
    assert "jane" in error.hint
    assert "--namespace" in error.hint


def test_403_in_words_of_somebody_else_still_says_what_was_asked(tmp_path: Path) -> None:
    error = error_of(tmp_path, lambda asked, reply: reply.raw(b"<html>no", 403))
    assert isinstance(error, Refused)
    assert error.what == "not allowed to get workflows in argo"


def test_a_missing_workflow_and_a_missing_kind_are_told_apart(tmp_path: Path) -> None:
    gone = error_of(
        tmp_path,
        refusing(404, "NotFound", 'workflows.argoproj.io "one" not found', name="one"),
    )
    unknown = error_of(tmp_path, lambda asked, reply: reply.raw(b"404 page not found\n", 404))
    assert isinstance(gone, Missing)
    assert isinstance(unknown, Missing)
    assert gone.what == "there is no workflow one in argo"
    assert unknown.what == "this cluster has no Workflow kind"
    assert (gone.reason, unknown.reason) == ("NotFound", "NoKind")


def test_429_says_for_how_long(tmp_path: Path) -> None:
    error = error_of(
        tmp_path, refusing(429, "TooManyRequests", "later", headers={"Retry-After": "7"})
    )
    assert isinstance(error, Busy)
    assert error.retry_after == 7


def test_503_is_busy_and_says_the_servers_words(tmp_path: Path) -> None:
    error = error_of(tmp_path, refusing(503, "ServiceUnavailable", "apiserver is shutting down"))
    assert isinstance(error, Busy)
    assert "apiserver is shutting down" in error.what


def test_a_conflict_says_whose_and_what_to_do(tmp_path: Path) -> None:
    answer = refusing(409, "Conflict", "the object has been modified", name="one")
    with fake_api(answer) as api, pytest.raises(Conflict, match="one was changed") as caught:
        source_of(api, tmp_path).perform(PATCH)
    assert "repeat" in caught.value.hint


@pytest.mark.parametrize("code", [400, 415, 422])
def test_a_wrong_request_is_told_in_the_servers_words(tmp_path: Path, code: int) -> None:
    error = error_of(tmp_path, refusing(code, "Invalid", "metadata.name: Invalid value"))
    assert isinstance(error, Rejected)
    assert "metadata.name" in error.what


def test_a_login_page_is_not_mistaken_for_a_cluster(tmp_path: Path) -> None:
    error = error_of(tmp_path, lambda asked, reply: reply.raw(b"<html>Please log in</html>"))
    assert "cannot be read" in error.what
    assert "server address" in error.hint


def test_a_redirect_is_not_followed_with_our_token(tmp_path: Path) -> None:
    with fake_api(
        lambda asked, reply: reply.raw(b"", 302, {"Location": "http://127.0.0.1:9/elsewhere"})
    ) as api:
        with pytest.raises(Rejected, match="302"):
            source_of(api, tmp_path).get(ONE)
        assert len(api.asked) == 1


# --- no connection ----------------------------------------------------------------------------


def test_nobody_listening_is_said_with_the_address(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    path = write_kubeconfig(tmp_path, url)
    with pytest.raises(Unreachable, match="cannot connect") as caught:
        connect(where(kubeconfig=str(path)), {}).get(ONE)
    assert url in caught.value.what
    assert "refused" in caught.value.what
    assert "0x" not in caught.value.what


def test_an_unknown_host_is_said(tmp_path: Path) -> None:
    path = write_kubeconfig(tmp_path, "http://no-such-host.invalid")
    with pytest.raises(Unreachable, match="no address is known"):
        connect(where(kubeconfig=str(path)), {}).get(ONE)


def test_a_write_whose_answer_was_lost_says_that_its_fate_is_unknown(tmp_path: Path) -> None:
    with fake_api(lambda asked, reply: reply.cut()) as api:
        with pytest.raises(Unreachable, match="may have been done or not"):
            source_of(api, tmp_path).perform(PATCH)
        assert len(api.asked) == 1


def test_a_connection_closed_without_an_answer_is_said_plainly(tmp_path: Path) -> None:
    with fake_api(lambda asked, reply: reply.cut()) as api:
        with pytest.raises(Unreachable) as caught:
            source_of(api, tmp_path).get(ONE)
        assert caught.value.what == f"{api.url} closed the connection without an answer"
        assert caught.value.hint == "is it https?"


def test_an_answer_that_breaks_off_is_said_plainly(tmp_path: Path) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        reply.begin()
        reply.piece(b'{"metadata": ')
        reply.cut()

    with fake_api(answer) as api:
        with pytest.raises(Unreachable) as caught:
            source_of(api, tmp_path).get(ONE)
        assert caught.value.what == f"the connection to {api.url} broke: the answer ended early"


def test_a_forgotten_history_is_said_without_the_numbers_of_versions(tmp_path: Path) -> None:
    words = "too old resource version: 10 (2218)"
    with fake_api(lambda asked, reply: reply.refuse(410, "Expired", words)) as api:
        with pytest.raises(Expired) as caught:
            source_of(api, tmp_path).list_all(Scope(("argo",)))
        assert "resource version" not in str(caught.value)
        assert caught.value.hint


def test_plain_http_behind_a_tls_address_is_a_connection_problem(tmp_path: Path) -> None:
    with fake_api(saying({})) as api:
        path = write_kubeconfig(tmp_path, api.url.replace("http:", "https:"))
        with pytest.raises(Unreachable, match="secure connection"):
            connect(where(kubeconfig=str(path)), {}).get(ONE)


# --- writes -----------------------------------------------------------------------------------


def test_a_write_carries_its_body_type_and_query(tmp_path: Path) -> None:
    write = Write(
        "PATCH", PATCH.path, PATCH.body, MERGE_PATCH, query=(("fieldManager", "argo tui"),)
    )
    with fake_api(saying({"kind": "Workflow"})) as api:
        assert source_of(api, tmp_path).perform(write) == {"kind": "Workflow"}
    (asked,) = api.asked
    assert asked.method == "PATCH"
    assert json.loads(asked.body) == {"spec": {"shutdown": "Stop"}}
    assert asked.headers["Content-Type"] == MERGE_PATCH
    assert asked.query == {"fieldManager": "argo tui"}


def test_deleting_what_is_gone_counts_as_done_where_the_plan_says_so(tmp_path: Path) -> None:
    path = "/api/v1/namespaces/argo/pods/p"
    answer = refusing(404, "NotFound", 'pods "p" not found', name="p")
    with fake_api(answer) as api:
        source = source_of(api, tmp_path)
        assert source.perform(Write("DELETE", path, missing_ok=True)) == {}
        with pytest.raises(Missing):
            source.perform(Write("DELETE", path))


def test_read_only_mode_lets_no_write_leave(tmp_path: Path) -> None:
    with fake_api(saying({})) as api:
        source = source_of(api, tmp_path, read_only=True)
        assert not source.capabilities.can_write
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            with pytest.raises(Refused, match="read-only"):
                source.perform(Write(method, PATCH.path, {}))
        assert not api.asked
        review = Write("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {})
        source.perform(review)
        assert [asked.method for asked in api.asked] == ["POST"]


def test_secrets_of_the_kubeconfig_are_in_no_repr(tmp_path: Path) -> None:
    with fake_api(saying({})) as api:
        source = source_of(api, tmp_path, {"token": "hush-hush"})
        source.get(ONE)
        door: Any = source._transport._door
        shown = repr([source, vars(source._transport), door.chosen, vars(door)])
        access: Any = source._transport._access
        shown += repr([vars(access), access._bearer()])
    assert "hush-hush" not in shown


def test_a_list_asks_page_by_page(tmp_path: Path) -> None:

    pages = {"": listing(workflow("a"), more="next"), "next": listing(workflow("b"))}
    with fake_api(lambda a, reply: reply.json(pages[a.query.get("continue", "")])) as api:
        found = source_of(api, tmp_path).list_all(Scope(("argo",), label_selector="a=b"))
    assert [each.ref.name for each in found] == ["a", "b"]
    assert [asked.query for asked in api.asked] == [
        {"limit": "500", "labelSelector": "a=b"},
        {"limit": "500", "labelSelector": "a=b", "continue": "next"},
    ]


def test_a_list_of_a_thousand_is_two_requests_and_few_bytes(tmp_path: Path) -> None:

    bulk = {"message": "the step failed because its pod was evicted " * 20}
    items = [workflow(f"wf-{n}", **bulk) for n in range(1000)]
    pages = {"": listing(*items[:500], more="next"), "next": listing(*items[500:])}
    plain = sum(len(json.dumps(page)) for page in pages.values())
    with fake_api(lambda a, reply: reply.json(pages[a.query.get("continue", "")])) as api:
        assert len(far_away(api, tmp_path).list_all(Scope(("argo",)))) == 1000
        assert len(api.asked) == 2
        assert api.bytes_sent < plain / 10
