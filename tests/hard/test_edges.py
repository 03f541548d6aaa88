"""Writes that are never answered, the clipboard, and what the demo's store says of our keys."""

from __future__ import annotations

import base64
import json
import os
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.api_source import transport_of
from tests.support.echoing import forms, leaks
from tests.support.fake_api import Asked, Reply, fake_api
from tests.support.pty import Pty, run_tui
from tests.support.runs import run, step
from tests.support.s3_servers import ACCESS_KEY, SECRET_KEY, client, demo_s3
from tui.domain.text import clean
from tui.errors import Unreachable
from tui.sources.transport import WRITE_TIMEOUT

IS_LONG = os.environ.get("HARD", "") != ""
"""`make hard`: with the limits as they are."""


@pytest.mark.parametrize("how", ["no answer", "half an answer", "drops"])
def test_a_write_that_is_not_answered_in_time_is_sent_once_and_said_to_be_unknown(
    how: str, tmp_path: Path
) -> None:
    seconds = WRITE_TIMEOUT if IS_LONG else 0.5
    let_go = threading.Event()

    def answer(asked: Asked, reply: Reply) -> None:
        if how == "half an answer":
            reply.begin(100)
        if how == "drops":
            reply.cut()
        else:
            let_go.wait(seconds + 30)

    with fake_api(answer) as api:
        transport = transport_of(api, tmp_path, write_timeout=seconds)
        began = time.monotonic()
        with pytest.raises(Unreachable) as caught:
            transport.send("PATCH", "/apis/x", body={"spec": {}})
        took = time.monotonic() - began
        let_go.set()
        assert [asked.method for asked in api.asked] == ["PATCH"]
    assert "it may have been done or not" in caught.value.what
    assert caught.value.hint == "look before you repeat it"
    if how == "drops":
        assert took < seconds + 5
    else:
        assert seconds <= took < seconds + 5
        assert caught.value.reason == "Timeout"


OSC_52 = re.compile(rb"\x1b\]52;[^;]*;([^\x07\x1b]*)(?:\x07|\x1b\\)")
EVIL = "\x1b]52;c;ZXZpbA==\x07\x9d52;c;ZXZpbA==\x9c\x1bPtmux;\x1b\x1b]52;c;ZXZpbA==\x07\x1b\\"


@pytest.mark.pty
def test_only_what_somebody_copies_reaches_the_clipboard_and_as_one_clean_line(
    tmp_path: Path,
) -> None:
    name = f"copied{EVIL}\nrm -rf /"
    made = run(
        name,
        "Failed",
        f"said{EVIL}",
        ended=1,
        nodes=[step(name, "", "Failed", message=EVIL), step(name, f"job{EVIL}", "Failed")],
    )
    path = tmp_path / "evil.json"
    path.write_text(json.dumps(made))
    with Pty(run_tui(str(path)), columns=120, rows=40) as terminal:
        terminal.wait_for("copied")
        terminal.quiet(still=0.3)
        for keys in (["enter"], ["y"], ["l"], ["e"], ["a"], ["tab"], ["?"], ["escape"]):
            terminal.step(*keys, still=0.2)
        assert OSC_52.findall(terminal.data) == [], "nobody has copied anything yet"
        terminal.step("escape", still=0.3)
        terminal.step("escape", still=0.3)
        terminal.step("c", still=0.3)
        sent = OSC_52.findall(terminal.data)
    assert sent, terminal.picture()
    for each in sent:
        text = base64.b64decode(each).decode()
        assert text.isprintable() and "copied" in text
        assert text == clean(text)


class Overheard:
    """Keeps every answer that boto3 gets: its headers and its body."""

    def __init__(self, said: list[str]) -> None:
        self._said = said

    def __call__(self, response: Any = None, **_: object) -> None:
        if response is not None:
            self._said.append(f"{response[0].headers} {response[0].content!r}")


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"aws_secret_access_key": "wrong"},
        {"aws_access_key_id": "wrong"},
        {"aws_session_token": "planted-session-token"},
        {"region_name": "eu-west-9"},
    ],
    ids=lambda wrong: next(iter(wrong), "right"),
)
def test_the_demos_store_repeats_no_key_in_its_answers(wrong: dict[str, str]) -> None:
    planted = [SECRET_KEY, "planted-session-token"]
    said: list[str] = []
    with demo_s3("runs") as (endpoint, buckets):
        buckets["runs"].put("there", "content")
        with client(endpoint, **wrong) as s3:
            s3.meta.events.register("needs-retry.s3", Overheard(said))
            asked: tuple[Callable[[], object], ...] = (
                lambda: s3.get_object(Bucket="runs", Key="not-there"),
                lambda: s3.get_object(Bucket="no-bucket", Key="there"),
                lambda: s3.get_object(Bucket="runs", Key="there", Range="bytes=99-100"),
                lambda: s3.list_objects_v2(Bucket="runs", ContinuationToken="odd"),
                lambda: s3.put_object(Bucket="runs", Key="x", Body=b"", ContentMD5="AAAA"),
                lambda: s3.delete_object(Bucket="no-bucket", Key="there"),
            )
            for ask in asked:
                try:
                    ask()
                except s3.exceptions.ClientError as error:
                    said.append(f"{error} {error.response}")
    assert said, "the store answered"
    for text in said:
        assert leaks(text, planted) == []


def test_the_access_key_may_be_named_but_the_forms_of_the_secret_are_looked_for() -> None:
    """What is searched for is really searched for: a planted answer is found."""
    for text in forms(SECRET_KEY).values():
        assert leaks(f"<Message>{text}</Message>", [SECRET_KEY])
    assert leaks(f"<Message>{ACCESS_KEY}</Message>", [SECRET_KEY]) == []
