"""The engine's own time: the past, and the present after it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from itertools import pairwise

from tests.support.world import World
from tui.demo.clock import SteppedClock
from tui.demo.engine.agenda import AT_ONCE, Agenda
from tui.demo.resources import PODS, WORKFLOWS
from tui.demo.store import Change


def test_things_happen_in_the_order_of_their_times() -> None:
    clock = SteppedClock()
    agenda = Agenda(clock)
    done: list[str] = []
    agenda.call_later(2, lambda: done.append("b"))
    agenda.call_later(1, lambda: done.append("a"))
    agenda.call_later(2, lambda: done.append("c"))
    agenda.call_later(3, lambda: done.append("never")).cancel()
    clock.advance(1.5)
    assert done == ["a"]
    clock.advance(5)
    assert done == ["a", "b", "c"]


def test_of_thousands_that_are_due_at_once_some_are_done_at_a_time() -> None:
    clock = SteppedClock()
    agenda = Agenda(clock)
    done: list[int] = []
    turns: list[int] = []
    for number in range(10 * AT_ONCE):
        agenda.call_later(1, partial(done.append, number))

    def turn() -> None:
        turns.append(len(done))
        if len(turns) < 20:
            clock.call_later(0, turn)

    clock.call_later(1, turn)
    clock.advance(1)
    assert done == list(range(10 * AT_ONCE)), "in their order, at their time"
    between = [after - before for before, after in pairwise([0, *turns])]
    assert max(between) <= AT_ONCE
    assert turns[-1] == len(done)


def test_the_past_is_lived_through_at_its_own_times() -> None:
    clock = SteppedClock()
    now = clock.now()
    agenda = Agenda(clock)
    agenda.set_back(now - timedelta(hours=1))
    seen: list[float] = []

    def tick() -> None:
        seen.append((now - agenda.now()).total_seconds())
        agenda.call_later(1000, tick)

    agenda.call_later(600, tick)
    agenda.catch_up()
    assert seen == [3000, 2000, 1000, 0]
    assert not agenda.in_past
    clock.advance(1000)
    assert seen[-1] == -1000


def test_a_run_that_began_in_the_past_ends_in_the_present() -> None:
    world = World()
    world.engine.agenda.set_back(world.now() - timedelta(seconds=60))
    world.submit("{entrypoint: a, templates: [{name: a, container: {command: [sleep, '100']}}]}")
    world.engine.catch_up()
    assert world.status()["phase"] == "Running"
    (pod,) = world.store.list(PODS)
    assert pod["status"]["phase"] == "Running"
    world.clock.advance(60)
    assert world.status()["phase"] == "Succeeded"


def test_a_fast_cluster_is_not_written_more_often_than_a_slow_one() -> None:
    world = World(clock=SteppedClock(speed=60))
    spec = "{name: m, steps: [[{name: s, template: a, withSequence: {count: '50'}}]]}"
    line = "sleep $((RANDOM % 120))"
    leaf = f"{{name: a, container: {{image: b, command: [sh, -c], args: ['{line}']}}}}"
    writes: list[float] = []

    def note(change: Change) -> None:
        if change.resource is WORKFLOWS:
            writes.append(world.now().timestamp())

    world.submit(f"{{entrypoint: m, templates: [{spec}, {leaf}]}}")
    world.store.subscribe(note)
    world.finish()
    gaps = [after - before for before, after in pairwise(writes)]
    assert len(gaps) > 5
    assert min(gaps) >= 0.1 - 0.01, "ten writes in a second at most"
