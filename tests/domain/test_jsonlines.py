"""Lines of JSON are read as sentences, or by chosen fields."""

from __future__ import annotations

import pytest

from tui.domain.jsonlines import readable
from tui.domain.text import SGR


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            '{"level":"info","msg":"batch done","time":"10:41","loss":0.4,"tags":["a"]}',
            '10:41 INFO  batch done loss=0.4 tags=["a"]',
        ),
        ('{"message":"two\\nlines","n":null}', "two ⏎ lines n=null"),
        ('  {"a":1}', "a=1"),
        ("{not json}", "{not json}"),
        ("[1,2]", "[1,2]"),
        ("{}", "{}"),
        ("plain", "plain"),
    ],
)
def test_the_message_comes_first_and_the_rest_after_it(line: str, shown: str) -> None:
    assert SGR.sub("", readable(line)) == shown


def test_chosen_fields_stand_alone_and_a_path_goes_into_objects() -> None:
    line = '{"msg":"x","user":{"name":"ann","id":7},"a.b":1}'
    assert readable(line, ("user.name", "msg")) == "ann  x"
    assert readable(line, ("a.b",)) == "1"
    assert readable(line, ("nothing",)) == line
    assert readable("plain", ("msg",)) == "plain"


def test_what_is_nested_without_end_stays_as_it_is() -> None:
    line = '{"a":' * 5000 + "1" + "}" * 5000
    assert readable(line) in (line, readable(line))
    assert "\x1b[2J" not in SGR.sub("", readable('{"msg":"x"}'))
