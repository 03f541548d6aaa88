"""Who we are to an Argo Server: tokens, where they come from, and whom the server is."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.argo_server import TOKEN, StandIn, answering, served_by
from tests.support.fake_api import Asked, Reply, fake_api, secure_api
from tests.support.scripted import manifest
from tui.domain.hidden import IN_USE
from tui.domain.identity import ObjectKey, Target
from tui.errors import Misconfigured, SettingsError, SourceError, Unauthenticated, Unreachable
from tui.ports.connection import offered
from tui.ports.identity import Identity
from tui.settings import ServerSettings, read_settings
from tui.sources import source_of
from tui.sources.argo_server_login import ServerLogin, header_of, label_of, url_of

ETL = Target(ObjectKey("", "wf", "argo", "etl"))


@pytest.mark.parametrize(
    ("given", "header"),
    [
        ("Bearer abc", "Bearer abc"),
        ("abc.def", "Bearer abc.def"),
        ("bearer abc", "Bearer abc"),
        ("  Bearer v2:abc \n", "Bearer v2:abc"),
        ("Basic dXNlcjpwYXNz", "Basic dXNlcjpwYXNz"),
        ('authorization="Bearer v2:abc"', "Bearer v2:abc"),
        ("Cookie: authorization=Bearer abc", "Bearer abc"),
        ("", ""),
    ],
)
def test_a_token_is_sent_as_the_server_knows_it_however_it_is_given(
    given: str, header: str
) -> None:
    assert header_of(given) == header


@pytest.mark.parametrize("given", ["two words of it", "a\nb", "a\x1b[0m"])
def test_what_cannot_be_a_token_is_not_sent(given: str) -> None:
    with pytest.raises(ValueError, match="it has"):
        header_of(given)


@pytest.mark.parametrize(
    ("address", "more", "url", "label"),
    [
        ("argo.example:443", {}, "https://argo.example:443", "argo.example:443"),
        ("localhost:2746", {"secure": False}, "http://localhost:2746", "localhost:2746"),
        ("http://h:1/", {}, "http://h:1", "h:1"),
        ("h:1", {"base_href": "/argo/"}, "https://h:1/argo", "h:1"),
        ("https://h/argo", {"secure": False}, "https://h/argo", "h"),
        ("[::1]:2746", {}, "https://[::1]:2746", "[::1]:2746"),
    ],
)
def test_an_address_is_read_as_argo_reads_it_or_as_a_url(
    address: str, more: dict[str, object], url: str, label: str
) -> None:
    rules = ServerSettings(address, **more)  # type: ignore[arg-type]  # by the table
    assert (url_of(rules), label_of(rules)) == (url, label)


@pytest.mark.parametrize(
    "address", ["h:port", "h:0", "ftp://h", "u:p@h:1", "h h:1", ":1", "https://"]
)
def test_what_is_no_address_is_said(address: str) -> None:
    with pytest.raises(SettingsError, match="no address"):
        url_of(ServerSettings(address))


def test_a_command_is_run_again_when_its_token_is_refused(tmp_path: Path) -> None:
    count = tmp_path / "count"
    script = tmp_path / "token.py"
    script.write_text(
        f"import pathlib\np = pathlib.Path({str(count)!r})\n"
        "n = len(p.read_text()) if p.exists() else 0\np.write_text('x' * (n + 1))\n"
        "print('let-me-in' if n else 'is-over')\n"
    )
    with StandIn(manifest("etl")).running() as api:
        source = served_by(api, server={"token_command": f"{sys.executable} {script}"})
        assert source.get(ETL)["metadata"]["name"] == "etl"
        source.get(ETL)
    assert count.read_text() == "xx", "run once more, and not for each request"
    sent = [asked.headers["Authorization"] for asked in api.asked]
    assert sent == ["Bearer is-over", TOKEN, TOKEN]


def test_a_file_is_read_again_when_its_token_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("is-over\n")
    with StandIn(manifest("etl")).running() as api:
        source = served_by(api, server={"token_file": str(file)})
        with pytest.raises(Unauthenticated, match="does not accept our token"):
            source.get(ETL)
        file.write_text("let-me-in\n")
        assert source.get(ETL)["kind"] == "Workflow"


def test_a_write_is_never_sent_twice_whatever_became_of_the_token() -> None:
    with StandIn(manifest("etl")).running() as api:
        source = served_by(api, token="is-over")
        with pytest.raises(Unauthenticated):
            source._transport.send("PUT", "/api/v1/workflows/argo/etl/stop", (), {})
    assert [asked.method for asked in api.asked] == ["PUT"]


@pytest.mark.parametrize(
    ("command", "error", "words"),
    [
        (f"{sys.executable} -c pass", Unauthenticated, "printed nothing"),
        (f"{sys.executable} -c 'import sys; sys.exit(3)'", Unauthenticated, "exit code 3"),
        ("/nowhere/at/all", Misconfigured, "cannot run the token command"),
        ("'", Misconfigured, "cannot run the token command"),
        (f"{sys.executable} -c 'print(1, 2)'", Misconfigured, "is no token"),
    ],
)
def test_a_command_that_gives_no_token_says_why(
    command: str, error: type[SourceError], words: str
) -> None:
    with pytest.raises(error, match=words):
        ServerLogin(ServerSettings("h:1", token_command=command)).header()


def test_the_words_of_a_command_hide_what_it_repeats() -> None:
    code = "import sys; sys.exit('token=hunter2-hunter2')"
    command = f'{sys.executable} -c "{code}"'
    with pytest.raises(Unauthenticated) as caught:
        ServerLogin(ServerSettings("h:1", token_command=command)).header()
    assert "hunter2" not in str(caught.value)


def test_a_token_is_hidden_wherever_it_comes_back() -> None:
    ServerLogin(
        ServerSettings("h:1", takes_environment=True), {"ARGO_TOKEN": "s3cr3t-s3cr3t"}
    ).header()
    assert IN_USE.hide("got s3cr3t-s3cr3t") == "got ***"


def test_a_token_of_the_environment_goes_to_the_server_of_the_environment_alone() -> None:
    environ = {"ARGO_TOKEN": "abc-abc-abc"}
    named = ServerSettings("other:1")
    assert not ServerLogin(named, environ).header()
    assert ServerLogin(ServerSettings("h:1", takes_environment=True), environ).header()


def test_without_a_token_it_is_said_how_to_get_one() -> None:
    with StandIn(manifest("etl")).running() as api, pytest.raises(Unauthenticated) as caught:
        served_by(api, token="").get(ETL)
    assert "wants a token" in caught.value.what
    assert "argo auth token" in caught.value.hint


def test_user_info_is_believed_and_the_token_proved_by_a_list() -> None:
    server = StandIn()
    server.user = {**server.user, "groups": ["devs"], "email": "me@example.com", "name": "Me"}
    with server.running() as api:
        identity = offered(served_by(api), Identity)
        caller = identity.caller()
        assert caller is not None
        assert (caller.subject, caller.service_account) == (
            "system:serviceaccount:argo:me",
            "argo/me",
        )
        assert (caller.groups, caller.email) == (("devs",), "me@example.com")
        identity.prove()
        wrong = offered(served_by(api, token="nonsense"), Identity)
        assert wrong.caller() is None, "the server says nothing, and refuses nothing"
        with pytest.raises(Unauthenticated):
            wrong.prove()


def test_a_right_that_lacks_proves_the_token() -> None:
    server = StandIn()
    server.refusing["GET /api/v1/workflows/argo$"] = (403, 7, "Permission denied")
    with server.running() as api:
        offered(served_by(api), Identity).prove()


def test_a_certificate_of_an_unknown_issuer_is_said_with_what_to_do() -> None:
    with secure_api(StandIn(manifest("etl")).answer) as api:
        with pytest.raises(Unreachable) as caught:
            served_by(api).get(ETL)
        assert "cannot be trusted" in caught.value.what
        assert "--certificate-authority" in caught.value.hint
        skipping = served_by(api, server={"insecure_skip_verify": True})
        assert skipping.get(ETL)["metadata"]["name"] == "etl"


def test_an_authority_that_is_named_is_trusted(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    with secure_api(StandIn(manifest("etl")).answer) as api:
        authority.write_bytes(api.authority)
        trusting = served_by(api, server={"certificate_authority": str(authority)})
        assert trusting.get(ETL)["metadata"]["name"] == "etl"


def test_tls_to_a_server_without_it_and_the_other_way_round_are_said() -> None:
    with StandIn().running() as api:
        address = api.url.removeprefix("http://")
        with pytest.raises(Unreachable) as caught:
            served_by(api, server={"address": address}).get(ETL)
        assert "ARGO_SECURE=false" in caught.value.hint

    def plain(asked: Asked, reply: Reply) -> None:
        reply.raw(b"Client sent an HTTP request to an HTTPS server.\n", 400)

    with fake_api(plain) as api, pytest.raises(Unreachable, match="speaks TLS"):
        served_by(api).get(ETL)


def test_a_path_that_leads_to_the_web_page_is_said() -> None:
    server = StandIn(manifest("etl"))
    server.prefix = "/argo"
    with server.running() as api:
        with pytest.raises(Unreachable, match="a web page was answered") as caught:
            served_by(api).get(ETL)
        assert "ARGO_BASE_HREF" in caught.value.hint
        behind = served_by(api, server={"base_href": "/argo/"})
        assert behind.get(ETL)["metadata"]["name"] == "etl"


def test_a_login_page_in_front_is_said() -> None:
    server = StandIn(manifest("etl"))
    server.instead.append(
        answering("GET", lambda asked, reply: reply.raw(b"", 302, {"Location": "https://sso"}))
    )
    with server.running() as api, pytest.raises(Unreachable, match="an answer of 302"):
        served_by(api).get(ETL)


def test_flags_and_environment_name_a_server_as_argo_does() -> None:
    env = {"ARGO_SERVER": "a:1", "ARGO_SECURE": "false", "ARGO_BASE_HREF": "/x"}
    found = read_settings({}, env)
    assert source_of(found) == "argo-server"
    assert url_of(found.server) == "http://a:1/x"
    assert read_settings({"server": "b:2"}, env).server.address == "b:2"


@pytest.mark.parametrize(
    "flags", [{"context": "c"}, {"kubeconfig": "k"}, {"demo": True}, {"files": ("f",)}]
)
def test_a_flag_that_names_another_source_wins_over_a_server_of_the_environment(
    flags: dict[str, object],
) -> None:
    settings = read_settings(flags, {"ARGO_SERVER": "a:1"})
    assert source_of(settings) in ("kubernetes", "files")


def test_a_truth_that_is_none_is_said() -> None:
    with pytest.raises(SettingsError, match="ARGO_SECURE=perhaps"):
        read_settings({}, {"ARGO_SERVER": "a:1", "ARGO_SECURE": "perhaps"})
