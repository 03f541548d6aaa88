"""What is tried again, how often and when."""

from __future__ import annotations

from tests.support.specs import shell
from tests.support.world import Node, World
from tui.domain.durations import parse_time


def seconds(node: Node) -> float:
    """How long a node took."""
    started, finished = parse_time(node["startedAt"]), parse_time(node["finishedAt"])
    assert started and finished
    return (finished - started).total_seconds()


def retry(strategy: str, codes: str) -> str:
    demo = f'metadata: {{annotations: {{demo.argo-tui/exit-codes: "{codes}"}}}}'
    more = f"retryStrategy: {strategy}, {demo}"
    return f"{{entrypoint: a, templates: [{shell('a', 'sleep 1', more)}]}}"


def test_a_retry_node_holds_its_attempts(world: World) -> None:
    world.run(retry("{limit: 3}", "1,1,0"))
    node = world.node("wf")
    assert (node["type"], node["phase"]) == ("Retry", "Succeeded")
    assert [world.node(f"wf({n})")["phase"] for n in range(3)] == ["Failed", "Failed", "Succeeded"]
    assert world.node("wf(1)")["nodeFlag"] == {"retried": True}
    assert node["children"] == [world.node(f"wf({n})")["id"] for n in range(3)]
    assert node["outputs"] == world.node("wf(2)")["outputs"]


def test_retries_come_to_an_end(world: World) -> None:
    world.run(retry("{limit: 1}", "7"))
    assert world.node("wf")["message"] == "No more retries left"
    assert world.status()["message"] == "No more retries left"
    assert len(world.node("wf")["children"]) == 2


def test_the_policy_and_the_expression_decide_on_a_retry(world: World) -> None:
    world.run(retry("{limit: 5, retryPolicy: OnError}", "1"))
    assert len(world.node("wf")["children"]) == 1
    expression = '{limit: 5, expression: "asInt(lastRetry.exitCode) == 1"}'
    world.submit(retry(expression, "1,2,0"), "second")
    world.finish("second")
    node = world.node("second", "second")
    assert node["message"] == "retryStrategy.expression evaluated to false"
    assert len(node["children"]) == 2


def test_a_back_off_says_how_long_and_waits(world: World) -> None:
    world.submit(retry("{limit: 2, backoff: {duration: 2m, factor: 2}}", "1,1,0"))
    world.until(lambda: world.has("wf") and "message" in world.node("wf"))
    assert world.node("wf")["message"] == "Backoff for 2 minutes 0 seconds"
    begun = world.now()
    world.finish()
    assert world.status()["phase"] == "Succeeded"
    assert (world.now() - begun).total_seconds() > 5 * 60


def test_a_back_off_that_would_be_too_late_is_not_waited_for(world: World) -> None:
    world.run(retry("{limit: 9, backoff: {duration: 10s, factor: 3, maxDuration: 1m}}", "1"))
    node = world.node("wf")
    assert node["message"] == "Backoff would exceed max duration limit"
    assert len(node["children"]) == 3
    assert seconds(node) < 60


def test_the_last_attempt_is_not_followed_by_a_back_off(world: World) -> None:
    world.run(retry("{limit: 1, backoff: {duration: 5m}}", "1"))
    node = world.node("wf")
    assert node["message"] == "No more retries left"
    assert seconds(node) < 8 * 60


def test_an_expression_counts_the_retries_before_the_last_attempt(world: World) -> None:
    world.run(retry('{limit: 9, expression: "asInt(retries) < 2"}', "1"))
    node = world.node("wf")
    assert node["message"] == "retryStrategy.expression evaluated to false"
    assert len(node["children"]) == 3


def test_an_attempt_knows_of_the_one_before(world: World) -> None:
    said = "{{retries}} {{lastRetry.exitCode}} [{{lastRetry.status}}]"
    line = f"echo {said} > /o; exit {{{{=2 - asInt(retries)}}}}"
    more = "retryStrategy: {limit: 2}, outputs: {parameters: [{name: o, valueFrom: {path: /o}}]}"
    world.run(f"{{entrypoint: a, templates: [{shell('a', line, more)}]}}")
    told = [world.node(f"wf({n})")["outputs"]["parameters"][0]["value"] for n in range(3)]
    assert told == ["0 0 []", "1 2 [Failed]", "2 1 [Failed]"]
