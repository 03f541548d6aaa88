"""How requests log in: tokens, passwords, certificates, plugins, and what a 401 does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.api_source import ONE, refusing, saying, source_of
from tests.support.fake_api import Asked, Reply, secure_api, write_kubeconfig
from tui.errors import Misconfigured, Refused, Unauthenticated, Unreachable
from tui.sources.plugins import Plugin


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

    with secure_api(answer) as api:
        source_of(api, tmp_path, user).get(ONE.target)
    (headers,) = seen
    assert headers["Impersonate-User"] == "jane"
    assert headers["Impersonate-Uid"] == "42"
    assert headers.get_all("Impersonate-Group") == ["dev", "ops"]
    assert headers["Impersonate-Extra-reason"] == "on call"


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

    with secure_api(answer) as api:
        found = source_of(api, tmp_path, {"tokenFile": "token"}).get(ONE.target)
    assert found == {"ok": True}
    assert len(api.asked) == 2


def test_a_second_401_is_final(tmp_path: Path) -> None:
    with secure_api(refusing(401, "Unauthorized")) as api:
        with pytest.raises(Unauthenticated, match="credentials") as caught:
            source_of(api, tmp_path).get(ONE.target)
        assert len(api.asked) == 2
    assert caught.value.status == 401


def test_a_rotated_token_file_is_used_without_being_refused_first(tmp_path: Path) -> None:
    tokens = tmp_path / "token"
    tokens.write_text("first")
    with secure_api(saying({})) as api:
        source = source_of(api, tmp_path, {"tokenFile": "token"})
        source.get(ONE.target)
        tokens.write_text("the second")
        source.get(ONE.target)
    sent = [{k.lower(): v for k, v in a.headers.items()}["authorization"] for a in api.asked]
    assert sent == ["Bearer first", "Bearer the second"]


@pytest.mark.parametrize(
    ("user", "sent"),
    [
        ({"token": "abc"}, "Bearer abc"),
        ({"username": "jane", "password": "secret"}, "Basic amFuZTpzZWNyZXQ="),
        ({"tokenFile": "token", "token": "older"}, "Bearer from the file"),
        ({}, None),
    ],
)
def test_every_plain_way_to_log_in(tmp_path: Path, user: Any, sent: Any) -> None:
    (tmp_path / "token").write_text("from the file\n")
    with secure_api(saying({})) as api:
        source_of(api, tmp_path, user).get(ONE.target)
    lower = {name.lower(): value for name, value in api.asked[0].headers.items()}
    assert lower.get("authorization") == sent


def test_a_token_that_no_header_can_hold_is_not_shown_in_the_error(tmp_path: Path) -> None:
    with secure_api(saying({})) as api:
        with pytest.raises(Unreachable, match="Authorization cannot be sent") as caught:
            source_of(api, tmp_path, {"token": "hush\nhush"}).get(ONE.target)
        assert not api.asked
    told: BaseException | None = caught.value
    while told is not None:
        assert "hush" not in str(told)
        told = told.__cause__


def test_a_token_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(b"\xff\xfe")
    with secure_api(saying({})) as api, pytest.raises(Misconfigured, match="it is not text"):
        source_of(api, tmp_path, {"tokenFile": "token"}).get(ONE.target)


def test_an_ordinary_login_does_not_load_the_official_client(tmp_path: Path) -> None:
    code = (
        "import sys; from tests.support.where import where\n"
        "from tui.sources.opening import connect; from tui.domain.workflow import WorkflowRef\n"
        "connect(where(kubeconfig=sys.argv[1]), {}).get(WorkflowRef('argo', 'one').target)\n"
        "print('kubernetes' in sys.modules)"
    )
    with secure_api(saying({})) as api:
        path = write_kubeconfig(tmp_path, api.url, authority=api.authority)
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
    with secure_api(saying({})) as api, pytest.raises(Misconfigured, match=words):
        source_of(api, tmp_path, user).get(ONE.target)


def test_where_no_file_can_be_made_for_a_certificate_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "memfd_create", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "gone"))
    with (
        secure_api(saying({})) as api,
        pytest.raises(Misconfigured, match="No such file") as caught,
    ):
        user = {"client-certificate-data": "YQ==", "client-key-data": "YQ=="}
        source_of(api, tmp_path, user).get(ONE.target)
    assert "TMPDIR" in caught.value.hint


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


def test_a_plugin_is_asked_once_and_again_after_a_401(tmp_path: Path) -> None:
    user = plugin_user(tmp_path, "EXTRA = {}\n" + COUNTING)

    def answer(asked: Asked, reply: Reply) -> None:
        old = "token-0" in str(asked.headers)
        reply.refuse(401) if old and len(api.asked) > 3 else reply.json({})

    with secure_api(answer) as api:
        source = source_of(api, tmp_path, user)
        for _ in range(6):
            source.get(ONE.target)
    assert (tmp_path / "runs").read_text() == "xx"


def test_a_credential_that_is_over_is_renewed_before_it_is_used(tmp_path: Path) -> None:
    user = plugin_user(
        tmp_path, 'EXTRA = {"expirationTimestamp": "2020-01-01T00:00:00Z"}\n' + COUNTING
    )
    with secure_api(saying({})) as api:
        source = source_of(api, tmp_path, user)
        source.get(ONE.target)
        first = len((tmp_path / "runs").read_text())
        source.get(ONE.target)
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
    with secure_api(saying({})) as api:
        source_of(api, tmp_path, plugin_user(tmp_path, body + COUNTING)).get(ONE.target)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("sys.exit('session is over')", "session is over"),
        ("print('not json')", "ExecCredential"),
        ('sys.stdout.buffer.write(b\'{"status": {"token": "\\xff"}}\')', "ExecCredential"),
        ('print(json.dumps({"status": {}}))', "neither token nor certificate"),
    ],
)
def test_a_plugin_that_fails_is_told_in_its_own_words(
    tmp_path: Path, body: str, words: str
) -> None:
    with secure_api(saying({})) as api, pytest.raises(Refused, match=words):
        source_of(api, tmp_path, plugin_user(tmp_path, body)).get(ONE.target)
    assert not api.asked


def test_a_plugin_that_is_not_there_says_how_to_get_it(tmp_path: Path) -> None:
    user = {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": "no-such-plugin",
            "installHint": "ask the platform team",
        }
    }
    with (
        secure_api(saying({})) as api,
        pytest.raises(Misconfigured, match="not installed") as caught,
    ):
        source_of(api, tmp_path, user).get(ONE.target)
    assert caught.value.hint == "ask the platform team"
    assert caught.value.exit_code == 2


def test_secrets_of_the_kubeconfig_are_in_no_repr(tmp_path: Path) -> None:
    with secure_api(saying({})) as api:
        source = source_of(api, tmp_path, {"token": "hush-hush"})
        source.get(ONE.target)
        door: Any = source._transport._provider
        shown = repr([source, vars(source._transport), door.chosen, vars(door)])
        access: Any = source._transport._access
        shown += repr([vars(access), access._bearer()])
    assert "hush-hush" not in shown


def test_the_words_of_a_plugin_are_told_without_its_secrets(tmp_path: Path) -> None:
    body = "sys.exit(f'no login with {sys.argv[2]} {sys.argv[3]} ' + os.environ['OIDC_SECRET'])"
    user = plugin_user(tmp_path, body, env=[{"name": "OIDC_SECRET", "value": "hush-one"}])
    user["exec"]["args"] += ["--client-secret", "hush-two", "--token=hush-three"]
    with secure_api(saying({})) as api, pytest.raises(Refused) as caught:
        source_of(api, tmp_path, user).get(ONE.target)
    assert caught.value.what.endswith("failed: no login with *** --token=*** ***")


def test_a_plugin_that_never_answers_is_told_without_its_arguments(tmp_path: Path) -> None:
    user = plugin_user(tmp_path, "time.sleep(600)")
    user["exec"]["args"] += ["--client-secret", "hush"]
    plugin = Plugin(user["exec"], timeout=0.01)
    with pytest.raises(Unauthenticated, match="did not answer within") as caught:
        plugin.credential()
    assert "hush" not in str(caught.value)


CREDENTIAL = (
    '{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", '
    '"status": {"token": "of-a-plugin", "expirationTimestamp": "2999-01-01T00:00:00Z"}}'
)
IN_YAML = """\
apiVersion: client.authentication.k8s.io/v1
kind: ExecCredential
status:
  token: of-a-plugin
  expirationTimestamp: 2999-01-01T00:00:00Z
"""


@pytest.mark.parametrize(
    "output",
    [
        CREDENTIAL.encode(),
        CREDENTIAL.encode("utf-8-sig"),
        b"\n " + CREDENTIAL.encode() + b"\r\n",
        CREDENTIAL.encode("utf-16"),
        IN_YAML.encode(),
        IN_YAML.encode("utf-8-sig"),
        IN_YAML.encode("utf-16"),
    ],
    ids=["json", "marked", "blanks", "utf-16", "yaml", "marked yaml", "utf-16 yaml"],
)
def test_an_answer_of_a_plugin_is_read_however_it_was_written(
    tmp_path: Path, output: bytes
) -> None:
    user = plugin_user(tmp_path, f"sys.stdout.buffer.write({output!r})")
    with secure_api(saying({})) as api:
        source_of(api, tmp_path, user).get(ONE.target)
        assert api.asked[0].headers["Authorization"] == "Bearer of-a-plugin"


def test_a_plugin_that_must_ask_is_not_run_where_nobody_can_answer(tmp_path: Path) -> None:
    user = plugin_user(tmp_path, COUNTING, interactiveMode="Always")
    with (
        secure_api(saying({})) as api,
        pytest.raises(Unauthenticated, match="wants to ask something on a terminal"),
    ):
        source_of(api, tmp_path, user).get(ONE.target)
    assert not (tmp_path / "runs").exists()


def test_another_plugin_in_the_kubeconfig_is_run_when_the_first_one_is_refused(
    tmp_path: Path,
) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        if "second" in asked.headers["Authorization"]:
            reply.json({})
        else:
            second = plugin_user(tmp_path, giving("second"), env=[])
            write_kubeconfig(tmp_path, api.url, user=second, authority=api.authority)
            reply.refuse(401)

    def giving(token: str) -> str:
        return f"print({CREDENTIAL.replace('of-a-plugin', token)!r})"

    with secure_api(answer) as api:
        source_of(api, tmp_path, plugin_user(tmp_path, giving("first"))).get(ONE.target)
        assert len(api.asked) == 2


def test_a_token_file_that_is_empty_for_a_moment_is_not_used(tmp_path: Path) -> None:
    tokens = tmp_path / "token"
    tokens.write_text("first")
    with secure_api(saying({})) as api:
        source = source_of(api, tmp_path, {"tokenFile": "token"})
        for content in ("first", "", "second"):
            tokens.write_text(content)
            source.get(ONE.target)
        tokens.unlink()
        source.get(ONE.target)
        sent = [asked.headers["Authorization"].removeprefix("Bearer ") for asked in api.asked]
    assert sent == ["first", "first", "second", "second"]


def test_a_token_file_that_is_not_there_gives_way_to_the_token_beside_it(tmp_path: Path) -> None:
    with secure_api(saying({})) as api:
        source_of(api, tmp_path, {"tokenFile": "gone", "token": "beside"}).get(ONE.target)
        assert api.asked[0].headers["Authorization"] == "Bearer beside"
