"""Tags, expressions, conditions and loops, as Argo reads them."""

from __future__ import annotations

from typing import Any

import pytest

from tui.demo.engine import conditions, loops
from tui.demo.engine.conditions import ConditionError
from tui.demo.engine.expression import ExpressionError, evaluate
from tui.demo.engine.loops import LoopError
from tui.demo.engine.variables import substitute, text

ENV: dict[str, Any] = {
    "inputs": {"parameters": {"n": "5", "list": '["a","b"]'}},
    "steps": {"flip-coin": {"outputs": {"result": "heads"}}},
    "config": '{"people":[{"name":"Ada","age":36},{"name":"Bob","age":41}]}',
}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("-2 ** 2", -4),
        ("2 ** 3 ** 2", 512),
        ("10 - 4 - 3", 3),
        ("asInt(inputs.parameters.n) > 4 && true", True),
        ("not (1 == 2) and 'b' in ['a', 'b']", True),
        ("steps['flip-coin'].outputs.result == \"heads\"", True),
        ("steps['no'].outputs.result ?? 'none'", "none"),
        ("inputs.parameters.n == '5' ? 'five' : 'other'", "five"),
        ("filter([1, 2, 3, 4], {# % 2 == 0})", [2, 4]),
        ("map(filter([1, 2, 3], # > 1), {# * 10})", [20, 30]),
        ("jsonpath(config, '$.people[?(@.age>40)].name')", ["Bob"]),
        ("jsonpath(config, '$.people[0].name')", "Ada"),
        ("sprig.trim('  x ') + toJson([1, 'b'])", 'x[1,"b"]'),
        ("'abc' matches '^a.c$'", True),
        ("len(fromJSON(inputs.parameters.list)) in 1..3", True),
        ("[1, 2, 3][1:][0]", 2),
        ("{'a': 1}.a", 1),
    ],
)
def test_an_expression_has_its_value(expression: str, value: object) -> None:
    assert evaluate(expression, ENV) == value


@pytest.mark.parametrize("expression", ["1 +", "foo(", "nobody()", "1 / 0", "'a' + 1", "@", "a.b("])
def test_a_bad_expression_is_refused_in_words(expression: str) -> None:
    with pytest.raises(ExpressionError):
        evaluate(expression, {"a": {}})


def test_tags_are_filled_in_and_unknown_ones_stay() -> None:
    scope = {"inputs.parameters.x": 'a "b"', "n": "3"}
    filled = substitute(
        {"args": ["{{inputs.parameters.x}} {{ n }}", "{{steps.a.outputs.result}}"]}, scope
    )
    assert filled == {"args": ['a "b" 3', "{{steps.a.outputs.result}}"]}


def test_expression_tags_see_dotted_names_as_members() -> None:
    scope = {"inputs.parameters.n": "4", "item.a-b": "x"}
    assert text("{{=asInt(inputs.parameters.n) * 2}} {{=item['a-b']}}", scope) == "8 x"
    assert text("{{=nobody.knows}}", scope) == "{{=nobody.knows}}"


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ("", True),
        ("heads == heads", True),
        ("heads == tails", False),
        ("'it was' == \"it was\"", True),
        ("'it was' == 'it was'", True),
        ("7 % 2 == 1", True),
        ("1 + 2 * 3 == 7 && 2 ** 3 == 8", True),
        ("ab == 'a' + b", True),
        ("3 > 2 && 10 >= 9", True),
        ("( a == b && c == c ) || ( d == d )", True),
        ("tails =~ tai", True),
        ("tails !~ tai", False),
        ("a in (a, b)", True),
        ("!(a == a)", False),
        ("true", True),
        ("false", False),
        ("1 == 1.0", True),
    ],
)
def test_when_decides(when: str, holds: bool) -> None:
    assert conditions.holds(when) is holds


@pytest.mark.parametrize("when", ["heads", "a <", "(a == a", "{{x}} =="])
def test_a_when_that_is_no_condition_is_refused(when: str) -> None:
    with pytest.raises(ConditionError):
        conditions.holds(when)


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (
            "it was == it",
            "Invalid 'when' expression 'it was == it': Cannot transition token types from "
            "VARIABLE [it] to VARIABLE [was]",
        ),
        (
            " == heads",
            "Invalid 'when' expression ' == heads': Cannot transition token types from "
            "UNKNOWN [<nil>] to COMPARATOR [==]",
        ),
        (
            "2 > 1 > 0",
            "Invalid 'when' expression '2 > 1 > 0': Cannot transition token types from "
            "NUMERIC [1] to COMPARATOR [>]",
        ),
        ("(a == a", "Invalid 'when' expression '(a == a': Unbalanced parenthesis"),
        ("heads", "Expected boolean evaluation for 'heads'. Got heads"),
        (
            "{{steps.a.status}} == x",
            "Invalid 'when' expression '{{steps.a.status}} == x': Invalid token: '{{' "
            '(hint: try wrapping the affected expression in quotes ("))',
        ),
        (
            "a - 1 == 3",
            "Failed to evaluate 'when' expresion 'a - 1 == 3': Value 'a' cannot be used with "
            "the modifier '-', it is not a number",
        ),
    ],
)
def test_a_when_that_is_no_condition_says_what_argo_says(when: str, words: str) -> None:
    with pytest.raises(ConditionError) as refused:
        conditions.holds(when)
    assert str(refused.value) == words


@pytest.mark.parametrize(
    ("depends", "holds"),
    [
        ("A", True),
        ("B-b", False),
        ("A && B-b.Failed", True),
        ("A.Failed || B-b.Failed", True),
        ("!A.Succeeded", False),
        ("A && (B-b || B-b.Omitted)", False),
    ],
)
def test_depends_is_logic_over_what_became_of_tasks(depends: str, holds: bool) -> None:
    results = {"A": {"Succeeded": True}, "B-b": {"Failed": True}}
    bare = ("Succeeded", "Skipped", "Daemoned")
    assert conditions.depends_holds(depends, results, lambda _: bare) is holds


def names(step: dict[str, Any]) -> list[str]:
    return [each["name"] for each in loops.expanded({"name": "s", **step})]


def test_items_are_named_by_index_and_text() -> None:
    assert names({"withItems": ["a", 1, True, 2.5, "x (y)"]}) == [
        "s(0:a)",
        "s(1:1)",
        "s(2:true)",
        "s(3:2.5)",
        "s(4:x y)",
    ]
    assert names({"withItems": [{"os": "debian", "arch": "arm"}]}) == ["s(0:arch:arm,os:debian)"]
    assert names({"withParam": '[["a","b"], 3]'}) == ["s(0:[a b])", "s(1:3)"]


def test_sequences_count_up_and_down_and_format() -> None:
    assert names({"withSequence": {"count": "3"}}) == ["s(0:0)", "s(1:1)", "s(2:2)"]
    assert names({"withSequence": {"start": "5", "end": "3"}}) == ["s(0:5)", "s(1:4)", "s(2:3)"]
    formatted = {"withSequence": {"start": "1", "end": "2", "format": "n%02X"}}
    assert names(formatted) == ["s(0:n01)", "s(1:n02)"]


def test_item_tags_are_filled_in_each() -> None:
    step = {"name": "s", "withItems": [{"a": 1, "b": "x"}], "when": "{{item.b}} == x"}
    (one,) = loops.expanded({**step, "arguments": {"p": "{{item}}", "q": "{{item.a}}"}})
    assert one["when"] == "x == x"
    assert one["arguments"] == {"p": '{"a":1,"b":"x"}', "q": "1"}


@pytest.mark.parametrize("loop", [{"withParam": "no"}, {"withSequence": {"count": "many"}}])
def test_a_loop_over_rubbish_is_refused(loop: dict[str, Any]) -> None:
    with pytest.raises(LoopError):
        loops.expanded({"name": "s", **loop})
