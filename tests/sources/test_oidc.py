"""`auth-provider: oidc`: renewed as kubectl renews it, and every way in which that fails."""

from __future__ import annotations

import json
import os
import re
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.api_source import ONE, saying, source_of
from tests.support.echoing import leaks
from tests.support.fake_api import FakeApi, Reply, secure_api, write_kubeconfig
from tests.support.headless import run
from tests.support.issuer import OVER, REFRESH, SECRET, Issuer, id_token, running_issuer
from tests.support.kubectl import VERSIONS, binary, run_kubectl
from tests.support.where import where
from tui.errors import Misconfigured, SourceError, Unauthenticated, Unreachable
from tui.sources.kubeconfig_writing import write_tokens
from tui.sources.opening import connect


def token_of(api: FakeApi, number: int = -1) -> str:
    """The token of a request."""
    return api.asked[number].headers["Authorization"].removeprefix("Bearer ")


def stored(folder: Path) -> dict[str, str]:
    """The `config` of the kubeconfig as it is now."""
    content = yaml.safe_load((folder / "kubeconfig").read_text())
    found: dict[str, str] = content["users"][0]["user"]["auth-provider"]["config"]
    return found


def failing(api: FakeApi, folder: Path, user: Any, environ: Any = None) -> SourceError:
    """What reading raises, without a secret in what it and its causes say."""
    with pytest.raises(SourceError) as caught:
        source_of(api, folder, user, environ).get(ONE.target)
    told: BaseException | None = caught.value
    while told is not None:
        assert leaks(f"{told} {told!r}", [REFRESH, SECRET, OVER]) == []
        told = told.__cause__
    assert not api.asked, "a request without a login would be made as nobody"
    return caught.value


# --- it works ----------------------------------------------------------------------------------


def test_a_token_that_holds_is_used_and_the_issuer_is_not_asked(tmp_path: Path) -> None:
    token = id_token(60)
    with secure_api(saying({})) as api, running_issuer() as issuer:
        source_of(api, tmp_path, issuer.user(id_token=token)).get(ONE.target)
        assert token_of(api) == token
        assert not issuer.api.asked


def test_a_token_that_is_over_is_renewed_once_and_written_back(tmp_path: Path) -> None:
    with secure_api(saying({})) as api, running_issuer() as issuer:
        source = source_of(api, tmp_path, issuer.user())
        before = stored(tmp_path)
        source.get(ONE.target)
        source.get(ONE.target)
        assert {token_of(api, 0), token_of(api, 1)} == {issuer.fresh}
        (grant,) = issuer.grants
        assert stored(tmp_path) == {**before, "id-token": issuer.fresh}
    assert grant.form == {"grant_type": "refresh_token", "refresh_token": REFRESH}
    assert grant.basic == "argo+tui:client-se%26cret-0123456789"


def test_a_client_without_a_secret_renews_by_its_name(tmp_path: Path) -> None:
    with secure_api(saying({})) as api, running_issuer() as issuer:
        issuer.public = True
        source_of(api, tmp_path, issuer.user(client_secret="")).get(ONE.target)
        (grant,) = issuer.grants
    assert grant.form["client_id"] == "argo tui"
    assert grant.basic == "" and "client_secret" not in grant.form


def test_a_secret_that_is_not_taken_in_a_header_is_said_in_the_body(tmp_path: Path) -> None:
    with secure_api(saying({})) as api, running_issuer() as issuer:
        issuer.takes_header = False
        source_of(api, tmp_path, issuer.user()).get(ONE.target)
        assert [grant.form.get("client_secret", "") for grant in issuer.grants] == ["", SECRET]


def test_a_rotated_refresh_token_is_written_back_and_used_next_time(tmp_path: Path) -> None:
    with secure_api(saying({})) as api, running_issuer() as issuer:
        issuer.following = ["second-refresh-token", "third-refresh-token"]
        issuer.fresh = id_token(-5)
        source_of(api, tmp_path, issuer.user()).get(ONE.target)
        assert stored(tmp_path)["refresh-token"] == "second-refresh-token"
        connect(where(kubeconfig=str(tmp_path / "kubeconfig")), {}).get(ONE.target)
        assert stored(tmp_path)["refresh-token"] == "third-refresh-token"
        assert issuer.grants[1].form["refresh_token"] == "second-refresh-token"


def test_what_somebody_else_renewed_meanwhile_is_used(tmp_path: Path) -> None:
    with secure_api(saying({})) as api, running_issuer() as issuer:
        source = source_of(api, tmp_path, issuer.user())
        other = id_token(3600, "by kubectl")
        write_kubeconfig(
            tmp_path, api.url, user=issuer.user(id_token=other), authority=api.authority
        )
        source.get(ONE.target)
        assert token_of(api) == other
        assert not issuer.api.asked


def test_many_threads_renew_it_once(tmp_path: Path) -> None:
    with secure_api(saying({})) as api, running_issuer() as issuer:
        issuer.following = [f"refresh-token-{number}" for number in range(9)]
        source = source_of(api, tmp_path, issuer.user())
        threads = [threading.Thread(target=source.get, args=(ONE.target,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(issuer.grants) == 1
        assert {token_of(api, number) for number in range(8)} == {issuer.fresh}


@pytest.mark.parametrize("field", ["idp-certificate-authority-data", "idp-certificate-authority"])
def test_the_issuer_is_trusted_by_its_own_authority(tmp_path: Path, field: str) -> None:
    with secure_api(saying({})) as api, running_issuer() as issuer:
        config = issuer.config()
        if field == "idp-certificate-authority":
            (tmp_path / "idp.crt").write_bytes(issuer.api.authority)
            del config["idp-certificate-authority-data"]
            config[field] = "idp.crt"
        user = {"auth-provider": {"name": "oidc", "config": config}}
        source_of(api, tmp_path, user).get(ONE.target)
        assert token_of(api) == issuer.fresh


def test_the_issuer_moved_and_is_followed(tmp_path: Path) -> None:
    with secure_api(saying({})) as api, running_issuer() as old, running_issuer() as issuer:
        where_it_is = f"{issuer.url}/.well-known/openid-configuration"
        old.discovery = lambda reply: reply.raw(b"", 302, {"Location": where_it_is})
        source_of(api, tmp_path, old.user()).get(ONE.target)
        assert token_of(api) == issuer.fresh


# --- the file ----------------------------------------------------------------------------------

YAML = """\
# my clusters
apiVersion: v1
kind: Config
current-context: fake
contexts:
- {{name: fake, context: {{cluster: fake, user: me}}}}
clusters:
- name: fake
  cluster: {{server: "{server}", certificate-authority-data: {authority}}}
users:
- name: other
  user: {{token: "a: b # c"}}   # not this one
- name: me
  user:
    auth-provider:
      # of the company
      name: oidc
      config:
        client-id: argo
        idp-certificate-authority-data: {authority}
        idp-issuer-url: {issuer}
{tokens}
extra: 2024-01-02  # a date
"""
TOKENS = {
    "plain": "        id-token: {old}\n        refresh-token: {refresh}",
    "quoted": "        refresh-token: '{refresh}'\n        id-token: \"{old}\" # over",
    "block": "        id-token: |-\n          {old}\n        refresh-token: {refresh}",
    "none": "        refresh-token: {refresh}",
}


@pytest.mark.parametrize("style", TOKENS)
def test_nothing_else_in_the_file_changes(tmp_path: Path, style: str) -> None:
    path = tmp_path / "kubeconfig"
    with secure_api(saying({})) as api, running_issuer() as issuer:
        text = YAML.format(
            server=api.url,
            authority=issuer.config()["idp-certificate-authority-data"],
            issuer=issuer.url,
            tokens=TOKENS[style].format(old=OVER, refresh=REFRESH),
        )
        path.write_text(text)
        path.chmod(0o640)
        issuer.following = ["second-refresh-token"]
        connect(where(kubeconfig=str(path)), {}).get(ONE.target)
        expected = yaml.safe_load(text)
        changed = {"id-token": issuer.fresh, "refresh-token": "second-refresh-token"}
        expected["users"][1]["user"]["auth-provider"]["config"] |= changed
    written = path.read_text()
    assert yaml.safe_load(written) == expected
    kept = [line for line in text.splitlines() if "token" not in line and OVER not in line]
    assert [line for line in written.splitlines() if line in kept] == kept
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["kubeconfig"], "neither the lock nor a half file stays"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    with secure_api(saying({})) as api, running_issuer() as issuer:
        write_kubeconfig(tmp_path / "real", api.url, user=issuer.user(), authority=api.authority)
        (tmp_path / "kubeconfig").symlink_to(tmp_path / "real" / "kubeconfig")
        connect(where(kubeconfig=str(tmp_path / "kubeconfig")), {}).get(ONE.target)
        assert (tmp_path / "kubeconfig").is_symlink()
        assert stored(tmp_path / "real")["id-token"] == issuer.fresh


def locked(folder: Path) -> None:
    (folder / "kubeconfig.lock").touch()


def shared_by_an_anchor(folder: Path) -> None:
    """Two users of one login: changing the one would change the other."""
    content = yaml.safe_load((folder / "kubeconfig").read_text())
    content["users"].append({"name": "other", "user": content["users"][0]["user"]})
    text = yaml.safe_dump(content)
    assert "&id" in text
    (folder / "kubeconfig").write_text(text)


@pytest.mark.parametrize("hinder", [locked, shared_by_an_anchor])
def test_what_cannot_be_written_is_kept_for_all_connections_of_the_process(
    tmp_path: Path, hinder: Callable[[Path], None]
) -> None:
    with secure_api(saying({})) as api, running_issuer() as issuer:
        issuer.following = ["second-refresh-token", "third-refresh-token"]
        issuer.fresh = id_token(-5)
        write_kubeconfig(tmp_path, api.url, user=issuer.user(), authority=api.authority)
        hinder(tmp_path)
        before = (tmp_path / "kubeconfig").read_bytes()
        for _ in range(2):
            connect(where(kubeconfig=str(tmp_path / "kubeconfig")), {}).get(ONE.target)
        assert (tmp_path / "kubeconfig").read_bytes() == before
        spent = [grant.form["refresh_token"] for grant in issuer.grants]
    assert spent == [REFRESH, "second-refresh-token"]
    assert token_of(api) == issuer.fresh


def test_a_file_that_may_not_be_written_is_left_alone(tmp_path: Path) -> None:
    if os.getuid() == 0:
        pytest.skip("root may write everything")
    with secure_api(saying({})) as api, running_issuer() as issuer:
        source = source_of(api, tmp_path, issuer.user())
        (tmp_path / "kubeconfig").chmod(0o400)
        before = (tmp_path / "kubeconfig").read_bytes()
        source.get(ONE.target)
        assert (tmp_path / "kubeconfig").read_bytes() == before


def test_a_login_that_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    with running_issuer() as issuer:
        write_kubeconfig(tmp_path, "https://c.test", user=issuer.user(refresh_token="of another"))
        before = (tmp_path / "kubeconfig").read_bytes()
        write_tokens(str(tmp_path / "kubeconfig"), "me", issuer.config(), {"id-token": "x"})
    assert (tmp_path / "kubeconfig").read_bytes() == before


# --- it fails ----------------------------------------------------------------------------------


def test_a_refused_renewal_says_to_log_in_again(tmp_path: Path) -> None:
    with secure_api(saying({})) as api, running_issuer() as issuer:
        issuer.valid = set()
        error = failing(api, tmp_path, issuer.user())
    assert isinstance(error, Unauthenticated)
    assert "refuses to renew it: invalid_grant: token is not active (400)" in error.what
    assert error.what.startswith("the login is over, log in again: ")
    assert "log in again" in error.hint


def test_a_refused_token_is_not_offered_again_and_again_but_another_one_is(
    tmp_path: Path,
) -> None:
    with secure_api(saying({})) as api, running_issuer() as issuer:
        issuer.valid = {"second-refresh-token"}
        source = source_of(api, tmp_path, issuer.user())
        for _ in range(3):
            with pytest.raises(Unauthenticated):
                source.get(ONE.target)
        spent = [grant.form["refresh_token"] for grant in issuer.grants]
        assert spent == [REFRESH] * 2, "once with the secret in a header, once in the body"
        again = issuer.user(refresh_token="second-refresh-token")
        write_kubeconfig(tmp_path, api.url, user=again, authority=api.authority)
        source.get(ONE.target)
        assert token_of(api) == issuer.fresh


ECHO = f"no {REFRESH} {SECRET} refresh_token={REFRESH}"


@pytest.mark.parametrize(
    ("refuse", "kind"),
    [
        ((400, {"error": "invalid_grant", "error_description": ECHO}), Unauthenticated),
        ((401, ECHO.encode()), Unauthenticated),
        ((403, f"<html>{ECHO}".encode()), Unauthenticated),
        ((429, {"error": "slow_down"}), Unreachable),
        ((500, ECHO.encode()), Unreachable),
        ((503, b"\xff\xfe\x00"), Unreachable),
        ((302, b""), Unauthenticated),
        ((200, ECHO.encode()), Unauthenticated),
        ((200, {"access_token": "x"}), Unauthenticated),
        ((200, {"id_token": 5}), Unauthenticated),
        ((200, ["id_token"]), Unauthenticated),
    ],
)
def test_every_odd_answer_of_an_issuer_is_told_without_a_secret(
    tmp_path: Path, refuse: tuple[int, Any], kind: type[SourceError]
) -> None:
    with secure_api(saying({})) as api, running_issuer() as issuer:
        issuer.refuse = refuse
        error = failing(api, tmp_path, issuer.user())
        assert issuer.url in error.what
    assert type(error) is kind


def test_an_issuer_that_is_down_is_told_apart_from_the_cluster(tmp_path: Path) -> None:
    with running_issuer() as issuer:
        user = issuer.user()
    with secure_api(saying({})) as api:
        error = failing(api, tmp_path, user)
    assert isinstance(error, Unreachable)
    assert f"the login cannot be renewed: cannot connect to {issuer.api.url}" in error.what
    assert "issuer" in error.hint


@pytest.mark.parametrize(
    ("discovery", "words"),
    [
        (lambda reply: reply.raw(b"no", 404), r"does not say where .*: no \(404\)"),
        (lambda reply: reply.raw(b"no", 503), "does not say where"),
        (lambda reply: reply.raw(b"<html>", 200), "names no token_endpoint"),
        (lambda reply: reply.json({"token_endpoint": 5}), "names no token_endpoint"),
        (lambda reply: reply.json({"token_endpoint": "/token"}), "no usable address"),
        (lambda reply: reply.json({"token_endpoint": "file:///etc/passwd"}), "no usable address"),
        (lambda reply: reply.raw(b"", 302, {"Location": "/realm/.well-known/openid-configuration"}),
         "does not say where"),
        (lambda reply: reply.raw(b"", 302, {"Location": "file:///etc/passwd"}), "usable address"),
        (lambda reply: reply.cut(), "cannot be renewed: .* closed the connection"),
        (lambda reply: reply.raw(b" " * (2 << 20)), "cannot be renewed: .* larger than"),
    ],
)  # fmt: skip
def test_an_issuer_that_does_not_say_where_is_told(
    tmp_path: Path, discovery: Callable[[Reply], None], words: str
) -> None:
    with secure_api(saying({})) as api, running_issuer() as issuer:
        issuer.discovery = discovery
        error = failing(api, tmp_path, issuer.user())
    assert re.search(words, error.what), error.what


def test_an_issuer_with_the_certificate_of_another_is_not_asked(tmp_path: Path) -> None:
    with secure_api(saying({})) as api, running_issuer() as issuer:
        error = failing(api, tmp_path, issuer.user(idp_certificate_authority_data=""))
        assert not issuer.grants
    assert isinstance(error, Unreachable)
    assert "cannot be trusted" in error.what and "idp-certificate-authority" in error.hint


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        (
            {"refresh_token": ""},
            Unauthenticated,
            "the id-token .* is over, .* has no refresh-token",
        ),
        (
            {"refresh_token": "", "id_token": ""},
            Unauthenticated,
            "neither id-token nor refresh-token",
        ),
        ({"refresh_token": "", "id_token": "x.y"}, Unauthenticated, "no refresh-token"),
        ({"idp_issuer_url": ""}, Misconfigured, "has no idp-issuer-url"),
        ({"client_id": ""}, Misconfigured, "has no client-id"),
        ({"idp_issuer_url": "issuer"}, Misconfigured, "no usable address"),
        ({"idp_certificate_authority_data": "!"}, Misconfigured, "not base64"),
        (
            {"idp_certificate_authority_data": "", "idp_certificate_authority": "nope.crt"},
            Misconfigured,
            "not there: .*nope.crt",
        ),
    ],
)
def test_what_the_kubeconfig_lacks_is_said(
    tmp_path: Path, changes: dict[str, str], kind: type[SourceError], words: str
) -> None:
    with secure_api(saying({})) as api, running_issuer() as issuer:
        error = failing(api, tmp_path, issuer.user(**changes))
    assert type(error) is kind
    assert re.search(words, error.what), error.what


@pytest.mark.parametrize("section", [{"name": "oidc"}, {"name": "oidc", "config": []}, {}, "oidc"])
def test_a_section_that_is_none_is_said(tmp_path: Path, section: Any) -> None:
    with secure_api(saying({})) as api:
        failing(api, tmp_path, {"auth-provider": section})


def test_a_token_that_cannot_be_read_is_renewed(tmp_path: Path) -> None:
    for odd in (
        "no token",
        "a.b.c",
        "e30.bnVsbA.c",
        "e30.eyJleHAiOiJ4In0.c",
        "e30.eyJleHAiOjFlOTl9.c",
    ):
        with secure_api(saying({})) as api, running_issuer() as issuer:
            source_of(api, tmp_path, issuer.user(id_token=odd)).get(ONE.target)
            assert token_of(api) == issuer.fresh


@pytest.mark.parametrize("words", [["list"], ["get", "a"], ["logs", "a"]], ids=" ".join)
def test_no_command_ends_with_a_traceback(tmp_path: Path, words: list[str]) -> None:
    with secure_api(saying({})) as api, running_issuer() as issuer:
        issuer.refuse = 400, {"error": "invalid_grant", "error_description": ECHO}
        path = write_kubeconfig(tmp_path, api.url, user=issuer.user(), authority=api.authority)
        said = run(["--kubeconfig", str(path), *words])
    assert said.code == 1
    assert "refuses to renew it: invalid_grant" in said.err
    assert "hint: log in again" in said.err
    assert leaks(said.out + said.err, [REFRESH, SECRET]) == []


# --- as kubectl --------------------------------------------------------------------------------


def by_kubectl(issuer: Issuer, api: FakeApi, folder: Path) -> None:
    version = next(each for each in reversed(VERSIONS) if binary(each))
    path = write_kubeconfig(folder, api.url, user=issuer.user(), authority=api.authority)
    run_kubectl(version, path, "get", "--raw", "/x")


def by_us(issuer: Issuer, api: FakeApi, folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patching:
        patching.chdir(folder)
        source_of(api, folder, issuer.user()).get(ONE.target)


@pytest.mark.skipif(not any(map(binary, VERSIONS)), reason="there is no kubectl here")
@pytest.mark.parametrize("takes_header", [True, False])
def test_kubectl_asks_the_issuer_for_the_same_and_leaves_the_same_login(
    tmp_path: Path, takes_header: bool
) -> None:
    found: list[Any] = []
    for number, ask in enumerate((by_kubectl, by_us)):
        folder = tmp_path / str(number)
        folder.mkdir()
        with secure_api(saying({})) as api, running_issuer() as issuer:
            issuer.takes_header = takes_header
            issuer.following = ["second-refresh-token"]
            issuer.fresh = id_token(3600).replace("e30.", "e31.")
            ask(issuer, api, folder)
            tokens = {name: stored(folder)[name] for name in ("id-token", "refresh-token")}
            found.append((issuer.grants, tokens["refresh-token"]))
            assert tokens["id-token"] == issuer.fresh == token_of(api)
    assert found[0] == found[1]


# --- what plugins replaced ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "plugin"), [("gcp", "gke-gcloud-auth-plugin"), ("azure", "kubelogin")]
)
@pytest.mark.parametrize(
    "config",
    [
        {},
        None,
        {"access-token": "x" * 20, "expiry": "2020-01-01T00:00:00Z", "expires-on": "1577836800"},
        {"access-token": "x" * 20, "expiry": "?"},
    ],
    ids=["empty", "none", "over", "odd"],
)
def test_a_provider_that_kubectl_gave_up_names_its_plugin(
    tmp_path: Path, name: str, plugin: str, config: Any
) -> None:
    with secure_api(saying({})) as api:
        error = failing(api, tmp_path, {"auth-provider": {"name": name, "config": config}})
        said = run(["--kubeconfig", str(tmp_path / "kubeconfig"), "list"])
    assert isinstance(error, Misconfigured)
    assert name in error.what and plugin in error.hint
    assert (said.code, said.out) == (2, "")
    assert plugin in said.err


@pytest.mark.parametrize(
    ("name", "end"),
    [("gcp", {"expiry": "2999-01-01T00:00:00Z"}), ("azure", {"expires-on": "32472144000"})],
)
def test_their_token_is_used_as_long_as_it_holds(
    tmp_path: Path, name: str, end: dict[str, str]
) -> None:
    config = {"access-token": "of-a-provider", **end}
    with secure_api(saying({})) as api:
        source_of(api, tmp_path, {"auth-provider": {"name": name, "config": config}}).get(
            ONE.target
        )
        assert token_of(api) == "of-a-provider"


def test_the_command_of_a_gcp_provider_is_run(tmp_path: Path) -> None:
    script = tmp_path / "gcloud"
    told = {"credential": {"access_token": "of-a-command", "token_expiry": "2999-01-01T00:00:00Z"}}
    script.write_text(f"#!/bin/sh\necho x >>{tmp_path}/runs\necho '{json.dumps(told)}'\n")
    script.chmod(0o755)
    config = {
        "cmd-path": str(script),
        "cmd-args": "config config-helper --format=json",
        "token-key": "{.credential.access_token}",
        "expiry-key": "{.credential.token_expiry}",
    }
    with secure_api(saying({})) as api:
        source = source_of(api, tmp_path, {"auth-provider": {"name": "gcp", "config": config}})
        source.get(ONE.target)
        source.get(ONE.target)
        assert token_of(api) == "of-a-command"
    assert (tmp_path / "runs").read_text() == "x\n"


@pytest.mark.parametrize(
    ("body", "words"),
    [("echo no login >&2; exit 1", "gave no token: no login"), ("echo '[]'", "gave no token")],
)
def test_a_command_of_a_gcp_provider_that_fails_is_told(
    tmp_path: Path, body: str, words: str
) -> None:
    script = tmp_path / "gcloud"
    script.write_text(f"#!/bin/sh\n{body}\n")
    script.chmod(0o755)
    with secure_api(saying({})) as api:
        user = {"auth-provider": {"name": "gcp", "config": {"cmd-path": str(script)}}}
        assert words in failing(api, tmp_path, user).what
        user["auth-provider"]["config"] = {"cmd-path": str(tmp_path / "gone")}
        assert "No such file" in failing(api, tmp_path, user).what


def test_a_provider_that_nobody_knows_is_said(tmp_path: Path) -> None:
    with secure_api(saying({})) as api:
        error = failing(api, tmp_path, {"auth-provider": {"name": "openstack"}})
    assert "openstack, which is not known" in error.what and "exec" in error.hint
