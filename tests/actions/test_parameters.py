"""What is known of parameters before one gives them: values, defaults, descriptions."""

from __future__ import annotations

from typing import Any

import pytest

from tui.actions.parameters import (
    known_parameters,
    outside,
    overridden,
    value_of,
    warnings,
)
from tui.actions.submit import with_overrides
from tui.errors import InputError

WHERE = {"name": "where", "value": "staging", "enum": ["staging", "live"], "description": "to"}


def arguments(*parameters: dict[str, Any]) -> dict[str, Any]:
    return {"arguments": {"parameters": list(parameters)}}


def test_the_workflow_s_own_word_goes_before_the_stored_spec_and_that_before_the_template() -> None:
    manifest = {
        "spec": arguments({"name": "where", "value": "live"}),
        "status": {"storedWorkflowTemplateSpec": arguments({"name": "where", "default": "a"})},
    }
    template = {"spec": arguments({**WHERE, "default": "b"}, {"name": "n", "value": 2})}
    assert known_parameters(manifest, template) == [
        {**WHERE, "value": "live", "default": "a"},
        {"name": "n", "value": 2},
    ]


def test_of_a_cron_workflow_they_are_those_of_the_workflows_it_makes() -> None:
    assert known_parameters({"spec": {"workflowSpec": arguments(WHERE)}}) == [WHERE]


def test_what_is_null_or_without_a_name_tells_nothing() -> None:
    manifest = {"spec": arguments({"name": "where", "value": None}, {"value": "x"})}
    assert known_parameters(manifest, {"spec": arguments(WHERE)}) == [WHERE]
    assert known_parameters({}) == []


def test_values_are_text_as_argo_has_it() -> None:
    assert (
        value_of({"value": True}) == "true" and value_of({"default": 81861780812}) == "81861780812"
    )
    assert value_of({}) == ""


@pytest.mark.parametrize("value", ["live", "staging"])
def test_a_listed_value_is_fine(value: str) -> None:
    assert outside(WHERE, value) == ""


def test_a_value_that_is_not_listed_is_a_sentence() -> None:
    assert outside(WHERE, "mars") == "where must be one of staging, live"
    assert outside({"name": "n", "enum": [1, True]}, "2") == "n must be one of 1, true"
    assert outside({"name": "n", "enum": [1, True]}, "true") == ""
    assert outside({"name": "n"}, "anything") == ""


def test_what_is_sent_beside_the_list_is_warned_of() -> None:
    manifest = {"spec": arguments(WHERE)}
    (warning,) = warnings(manifest, ["where=mars", "other=1"])
    assert warning.startswith("where must be one of staging, live, and 'mars' is none of them")
    assert warnings(manifest, ["where=live"]) == () and warnings(manifest, []) == ()


def test_arguments_of_another_shape_are_an_error_with_words() -> None:
    with pytest.raises(InputError):
        known_parameters({"spec": {"arguments": {"parameters": "x"}}})
    assert warnings({"spec": "x"}, []) == (), "without parameters nothing is looked at"


@pytest.mark.parametrize("name", [["a"], {"a": 1}, 7, None])
def test_a_name_that_is_none_is_nobody_s(name: Any) -> None:
    odd = {"name": name, "value": "x"}
    assert overridden([odd], ["a=1"]) == [{"name": "a", "value": "1"}, odd]
    artifacts = [{"name": name, "s3": {"key": "k"}}, {"name": "a", "s3": {"key": "k"}}]
    spec = {"arguments": {"artifacts": artifacts}}
    made = with_overrides({"spec": spec}, {"artifacts": ("a=new",)})
    assert [one["s3"]["key"] for one in made["spec"]["arguments"]["artifacts"]] == ["k", "new"]
