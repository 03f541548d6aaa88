"""Registries: looked up by id and name, extended for a while, and never ambiguous."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tui.registry import Registry


class Thing(NamedTuple):
    id: str
    names: tuple[str, ...] = ()


WF, CRON = Thing("wf", ("workflow", "workflows")), Thing("cron", ("cwf",))


def things(*entries: Thing) -> Registry[Thing]:
    return Registry("thing", entries, names=lambda thing: thing.names)


def test_entries_are_found_by_id_and_by_name_and_keep_their_order() -> None:
    registry = things(WF, CRON)
    assert registry["wf"] is WF and registry.get("cron") is CRON
    assert registry.named("workflows") is WF and registry.named("cron") is CRON
    assert list(registry) == [WF, CRON] and len(registry) == 2
    assert "wf" in registry and "workflow" not in registry, "ids only"


def test_what_is_not_there_is_none_or_an_error_that_says_what_was_looked_for() -> None:
    registry = things(WF)
    assert registry.get("cron") is None and registry.named("cron") is None
    with pytest.raises(KeyError, match="there is no thing 'cron'"):
        registry["cron"]


@pytest.mark.parametrize("other", [Thing("wf"), Thing("workflow"), Thing("x", ("workflows",))])
def test_two_entries_of_one_name_are_refused(other: Thing) -> None:
    with pytest.raises(ValueError, match="are both called"):
        things(WF, other)


def test_more_entries_are_there_until_the_block_ends_however_it_ends() -> None:
    registry = things(WF)
    with pytest.raises(RuntimeError), registry.including(CRON):
        assert list(registry) == [WF, CRON] and registry.named("cwf") is CRON
        raise RuntimeError
    assert list(registry) == [WF] and registry.named("cwf") is None


def test_a_refused_addition_leaves_the_registry_as_it_was() -> None:
    registry = things(WF)
    with pytest.raises(ValueError), registry.including(Thing("workflow")):
        pass
    assert list(registry) == [WF]
