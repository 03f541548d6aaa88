"""An OpenID Connect issuer that renews logins as a test says."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs

from tests.support.fake_api import Asked, FakeApi, Reply, fake_api, secure_api
from tui.sources import auth_providers

REFRESH = "refresh+to/ken=one-0123456789"
SECRET = "client-se&cret-0123456789"


def id_token(seconds: float, name: str = "jane") -> str:
    """A token of that name which is over in so many seconds."""
    claims = {"sub": name, "exp": int(time.time() + seconds)}
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{payload}.c2lnbmF0dXJl"


OVER = id_token(-60, "over")


@dataclass
class Grant:
    """One request for new tokens."""

    basic: str
    """`client:secret` of the header, as they were written there."""
    form: dict[str, str]


@dataclass
class Issuer:
    """The running issuer. Change its fields to have it answer otherwise."""

    api: FakeApi
    public: bool = False
    """Whether its client has no secret; it then refuses one in a header."""
    takes_header: bool = True
    refuse: tuple[int, Any] | None = None
    """Status and body of every answer to a refresh token."""
    discovery: Callable[[Reply], None] | None = None
    following: list[str] = field(default_factory=list)
    """The refresh tokens that it gives, one after another; none means that the old one stays."""
    fresh: str = field(default_factory=lambda: id_token(3600))
    extra: dict[str, Any] = field(default_factory=dict)
    grants: list[Grant] = field(default_factory=list)
    valid: set[str] = field(default_factory=lambda: {REFRESH})

    @property
    def url(self) -> str:
        """What a kubeconfig calls it."""
        return f"{self.api.url}/realm"

    def config(self, **changes: str) -> dict[str, str]:
        """The `config` of a kubeconfig that is to be renewed; "" takes a field away."""
        found = {
            "idp-issuer-url": self.url,
            "client-id": "argo tui",
            "client-secret": SECRET,
            "id-token": OVER,
            "refresh-token": REFRESH,
        }
        if self.api.authority:
            authority = base64.b64encode(self.api.authority).decode()
            found["idp-certificate-authority-data"] = authority
        found |= {name.replace("_", "-"): value for name, value in changes.items()}
        return {name: value for name, value in found.items() if value}

    def user(self, **changes: str) -> dict[str, Any]:
        """The section of the user."""
        return {"auth-provider": {"name": "oidc", "config": self.config(**changes)}}

    def answer(self, asked: Asked, reply: Reply) -> None:
        """One request."""
        if asked.path == "/realm/.well-known/openid-configuration":
            if self.discovery is not None:
                self.discovery(reply)
            else:
                reply.json({"issuer": self.url, "token_endpoint": f"{self.api.url}/token"})
        elif asked.path == "/token" and asked.method == "POST":
            self._grant(asked, reply)
        else:
            reply.raw(b"nothing here", 404)

    def _grant(self, asked: Asked, reply: Reply) -> None:
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        lower = {name.lower(): value for name, value in asked.headers.items()}
        basic = base64.b64decode(lower.get("authorization", "").removeprefix("Basic ")).decode()
        self.grants.append(Grant(basic, form))
        if self.refuse is not None:
            status, body = self.refuse
            reply.raw(body, status) if isinstance(body, bytes) else reply.json(body, status)
        elif basic and (self.public or not self.takes_header):
            reply.json({"error": "invalid_client"}, 401)
        elif form.get("refresh_token") not in self.valid:
            reply.json({"error": "invalid_grant", "error_description": "token is not active"}, 400)
        else:
            told = {"access_token": "opaque", "token_type": "Bearer", "id_token": self.fresh}
            if self.following:
                told["refresh_token"] = self.following.pop(0)
                self.valid = {told["refresh_token"]}
            reply.json({**told, **self.extra})


@contextmanager
def running_issuer(*, tls: bool = True) -> Iterator[Issuer]:
    """An issuer on this machine.

    It starts without what this process remembers of others: a port, and so an address, comes again
    after some thousand tests, and a refusal of whoever had it before would be taken for its own.
    """
    serving = secure_api if tls else fake_api
    fresh = patch.object(auth_providers, "_RENEWED", auth_providers._Renewed())
    with fresh, serving(lambda asked, reply: issuer.answer(asked, reply)) as api:
        issuer = Issuer(api)
        yield issuer
