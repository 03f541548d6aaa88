"""Servers that repeat what they were sent, wherever a client might show it, and how to look for it.

A proxy that prints the request it refused, a gateway with the headers on its error page, a webhook
that answers with the token it was given: all of it, in every form, in every kind of answer.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterable, Mapping
from urllib.parse import quote, quote_plus

from tests.support.fake_api import Answer, Asked, Reply, listing, status, workflow

TOKEN = "k8s-aws-v1.Zx9+Qq/7pLmN0aB=tok&en"
PASSWORD = 'p:a"ss<w>ord 17'


def forms(secret: str) -> dict[str, str]:
    """What a secret may look like when it comes back; name of the form → text."""
    data = secret.encode()
    return {
        "plain": secret,
        "json": json.dumps(secret)[1:-1],
        "html": html.escape(secret),
        "address": quote(secret, safe=""),
        "form": quote_plus(secret),
        "base64": base64.b64encode(data).decode(),
        "base64 for addresses": base64.urlsafe_b64encode(data).decode().rstrip("="),
        "base64 of a login": base64.b64encode(b"jane:" + data).decode(),
        "hexadecimal": data.hex(),
    }


def leaks(text: str, secrets: Iterable[str]) -> list[str]:
    """The forms of these secrets that stand in a text, on one line or cut over several."""
    # A dialog breaks lines; what is broken can still be read.
    joined = "".join(text.split())
    looked_for = {form: shown for secret in secrets for form, shown in _looked_for(secret).items()}
    return [
        f"{form}: {shown}"
        for form, shown in looked_for.items()
        if shown in text or "".join(shown.split()) in joined
    ]


def _looked_for(secret: str) -> dict[str, str]:
    """The forms by name, each no longer than what is surely of the secret alone."""
    made = forms(secret)
    made["base64 of a login"] = made["base64 of a login"][7:-4]
    return {f"{secret[:4]}… {form}": shown for form, shown in made.items()}


def repeated(asked: Asked, secrets: Iterable[str]) -> str:
    """Everything that a request said of who asks, and these secrets in all their forms."""
    sent = [f"{name}: {value}" for name, value in asked.headers.items()]
    known = [f"{form} {text}" for secret in secrets for form, text in forms(secret).items()]
    given = [f"{word} {secret}" for secret in secrets for word in ("Bearer", "Basic", "token is")]
    return "; ".join((*sent, *known, *given))


def echo_kinds(secrets: Iterable[str]) -> Mapping[str, Answer]:
    """Kinds of answers, each with these secrets and what was sent everywhere in it."""
    secrets = tuple(secrets)

    def refusing(code: int, reason: str) -> Answer:
        def answer(asked: Asked, reply: Reply) -> None:
            said = repeated(asked, secrets)
            # `User "…" cannot …` is read apart, the rest is told as it is.
            message = f'User "{said}" cannot list resource "workflows"' if code == 403 else said
            body = status(code, reason or said, message, name=said, kind=said)
            reply.json(body, code, {"X-Echo": said.encode("ascii", "replace").decode()})

        return answer

    def page(code: int, kind: str) -> Answer:
        def answer(asked: Asked, reply: Reply) -> None:
            text = f"<html><body><pre>{html.escape(repeated(asked, secrets))}</pre></body></html>"
            reply.raw(text.encode(), code, {"Content-Type": kind, "WWW-Authenticate": secrets[0]})

        return answer

    def redirecting(asked: Asked, reply: Reply) -> None:
        where = f"http://jane:{quote(secrets[0], safe='')}@127.0.0.1:1/?token={quote(secrets[0])}"
        reply.raw(repeated(asked, secrets).encode(), 302, {"Location": where})

    def odd_json(asked: Asked, reply: Reply) -> None:
        reply.raw(json.dumps({repeated(asked, secrets): 1}).encode()[:-3])

    def odd_field(asked: Asked, reply: Reply) -> None:
        reply.json({"kind": "WorkflowList", "items": repeated(asked, secrets), "metadata": {}})

    def in_a_watch(asked: Asked, reply: Reply) -> None:
        said = repeated(asked, secrets)
        if asked.is_watch:
            reply.begin()
            reply.event("ERROR", status(500, said, said))
            reply.end()
        else:
            reply.json(listing(workflow("a")))

    def in_objects(asked: Asked, reply: Reply) -> None:
        said = repeated(asked, secrets)
        one = workflow("a", phase="Failed", message=said)
        one["metadata"]["annotations"] = {"echo": said}
        if asked.is_watch:
            reply.begin()
            reply.hold()
        elif asked.path.endswith("/workflows"):
            reply.json(listing(one))
        elif asked.path.endswith("/log"):
            reply.raw(said.encode())
        else:
            reply.json(one)

    return {
        **{
            f"status {code}": refusing(code, reason)
            for code, reason in (
                (400, "BadRequest"),
                (401, ""),
                (403, ""),
                (403, "Forbidden"),
                (404, ""),
                (409, "AlreadyExists"),
                (409, "Conflict"),
                (410, "Gone"),
                (422, "Invalid"),
                (429, ""),
                (500, ""),
                (503, "ServiceUnavailable"),
            )
        },
        "page 400": page(400, "text/html"),
        "page 403": page(403, "text/html"),
        "page 502": page(502, "text/plain"),
        "page 200": page(200, "text/html"),
        "redirect": redirecting,
        "broken JSON": odd_json,
        "odd field": odd_field,
        "watch": in_a_watch,
        "objects": in_objects,
    }
