"""What is hidden of texts that may hold secrets, and what stays."""

from __future__ import annotations

import pytest

from tui.domain.hidden import only_host, said_without_secrets, split_login, without_secrets

KEY = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"
WEB_TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("cannot read https://jane:hush@host/x", "cannot read https://***@host/x"),
        ("https://ja@ne:hu:sh@host:1/x@y", "https://***@host:1/x@y"),
        ("at http://hush@host.", "at http://***@host."),
        (
            "https://b.s3/k?a=1&X-Amz-Signature=hush&X-Amz-Expires=9#x",
            "https://b.s3/k?a=1&X-Amz-Signature=***&X-Amz-Expires=9#x",
        ),
        (
            "https://b.s3/k?X-Amz-Security-Token=hush gone",
            "https://b.s3/k?X-Amz-Security-Token=*** gone",
        ),
        ("https://a.blob/c?sv=2&sig=hu%2Fsh%3D", "https://a.blob/c?sv=2&sig=***"),
        ("https://h/c?access_token=hush&b=2", "https://h/c?access_token=***&b=2"),
        (f"sent Authorization: Bearer {KEY}", "sent Authorization: Bearer ***"),
        (f"the token {WEB_TOKEN} is over", "the token *** is over"),
        ("Basic amFuZTpodXNo was refused", "Basic *** was refused"),
        ("bearer%20abcDEFghij", "bearer%20***"),
        ("Bearer abcd-1.x", "Bearer ***"),
        (
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/2026, Signature=abcdef",
            "AWS4-HMAC-SHA256 Credential=***, Signature=***",
        ),
        ("the key AKIAIOSFODNN7EXAMPLE is not known", "the key *** is not known"),
        ("ghp_0123456789abcdefghij", "***"),
        ("x -----BEGIN EC PRIVATE KEY-----\nMHc=\n-----END EC PRIVATE KEY----- y", "x *** y"),
        ("-----BEGIN PRIVATE KEY-----\nMHc", "***"),
        ('{"password": "hunter2"}', '{"password": "***"}'),
        ("client_secret=Zm9vYmFy", "client_secret=***"),
        ("secret_key: Ab3dEf9h", "secret_key: ***"),
    ],
)
def test_logins_signatures_and_tokens_are_hidden(text: str, shown: str) -> None:
    assert without_secrets(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bearer authentication is off",
        "Bearer token required",
        'WWW-Authenticate: Basic realm="kubernetes-master"',
        "token: expired",
        "token: /var/run/secrets/token cannot be read",
        "password: 3 tries left",
        "the session token is over",
        "unknown field: basic-auth.",
        "the secret my-minio-cred-1234567890 in argo may be out of date",
        "registry.example.com/train@sha256:9f8e7d6c5b4a39281706f5e4d3c2b1a0",
        "s3://bucket/2026/11/23/main@v2/out.json",
        "https://host/a@b?version=3",
        "cannot connect to https://10.0.0.1:6443: Connection refused",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert without_secrets(text) == text


def test_what_a_program_calls_a_secret_is_hidden_and_why_it_failed_is_not() -> None:
    said = f'token: expired; {{"refresh_token": "{KEY}"}} client_secret={KEY} for s3cr3t'
    shown = said_without_secrets(said, ["s3cr3t"])
    assert shown == 'token: expired; {"refresh_token": "***"} client_secret=*** for ***'


def test_an_address_comes_apart_into_where_and_who() -> None:
    assert split_login("https://host:6443/k8s") == ("https://host:6443/k8s", None)
    assert split_login("https://ja%40ne:p%3Aw@host:6443/k8s") == (
        "https://host:6443/k8s",
        ("ja@ne", "p:w"),
    )
    assert split_login("http://jane@host") == ("http://host", ("jane", ""))


def test_of_an_address_that_is_wrong_only_what_follows_the_login_is_shown() -> None:
    assert only_host("https://jane:hu/sh@host:x") == "https://host:x"
    assert only_host("jane:hush@host") == "host"
    assert only_host("") == ""
