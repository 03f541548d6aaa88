"""Lines of JSON are read as sentences, or by chosen fields."""

from __future__ import annotations

import json

import pytest

from tui.domain.jsonlines import pretty, readable
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


NUMBERS = ("1.10", "1e400", "-0.0", "1E+2", "0.1000000000000000055", "12345678901234567890123")


@pytest.mark.parametrize("number", [*NUMBERS, "7" * 5000])
def test_numbers_stay_as_they_are_written(number: str) -> None:
    line = f'{{"n":{number},"of":{{"a":[{number},true]}},"s":"{number}"}}'
    one_row = f'n={number} of={{"a":[{number},true]}} s={number}'
    assert SGR.sub("", readable(line)) == one_row
    assert readable(line, ("of.a", "n")) == f"[{number},true]  {number}"
    rows = SGR.sub("", pretty(line)).split("\n")
    assert rows[1] == f'  "n": {number},' and rows[4] == f"      {number},"
    assert rows[-2] == f'  "s": "{number}"'


def test_over_several_rows_it_looks_as_programs_print_it() -> None:
    said: dict[str, object] = {"a": [], "b": {}, "c": [1, {"d": "\u00e9\\n"}], "e": None, "f": [[]]}
    line = json.dumps(said)
    assert SGR.sub("", pretty(line)) == json.dumps(said, indent=2, ensure_ascii=False)
    assert SGR.sub("", pretty('{"t":"one\\n two\\n","u":1}')).split("\n") == [
        *("{", '  "t": ', "    one", "     two", '  "u": 1', "}")
    ]


def test_chosen_fields_stand_alone_and_a_path_goes_into_objects() -> None:
    line = '{"msg":"x","user":{"name":"ann","id":7},"a.b":1}'
    assert readable(line, ("user.name", "msg")) == "ann  x"
    assert readable(line, ("a.b",)) == "1"
    assert readable(line, ("nothing",)) == line
    assert readable("plain", ("msg",)) == "plain"


def test_what_is_nested_without_end_stays_as_it_is() -> None:
    line = '{"a":' * 5000 + "1" + "}" * 5000
    assert readable(line) == pretty(line) == line
    assert "\x1b[2J" not in SGR.sub("", readable('{"msg":"x"}'))
