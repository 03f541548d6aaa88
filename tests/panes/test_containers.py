"""Choosing a container: what is offered, how each of them is, and which keys take one."""

from __future__ import annotations

from tests.support.logs_pane import RUN, Written, head, line, new, pod, running
from tests.support.panes import On, bench
from tests.support.runs import container, run, step
from tests.support.scripted import ScriptedSource, opened
from tui.domain.logtargets import log_targets
from tui.domain.workflow import Manifest
from tui.errors import Refused
from tui.panes.containers import ContainerRow, ContainerScreen, container_rows, pod_state, with_pod
from tui.panes.logs import LogsPane
from tui.ports.pods import ContainerState, Pod


def offered(on: On[LogsPane]) -> list[tuple[str, str]]:
    """Name and state of each container in the list."""
    screen = on.app.screen
    assert isinstance(screen, ContainerScreen)
    return [(choice.name, choice.state) for choice in screen.rows.items]


def pod_with(*states: ContainerState) -> Pod:
    return Pod(pod("api"), "argo", "Running", containers=states)


async def test_main_sidecars_init_and_wait_are_offered_with_how_they_are() -> None:
    source = Written()
    source.pods_of[RUN] = (
        pod_with(
            ContainerState("init", "terminated", "Completed", exit_code=0, is_init=True),
            ContainerState("main", "terminated", "OOMKilled", exit_code=137),
            ContainerState("proxy", "running", restarts=2),
            ContainerState("wait", "waiting", "PodInitializing"),
            ContainerState("istio-proxy", "running"),
        ),
    )
    async with bench(new, source) as on:
        on.app.show(running("api", sidecar=True), "api")
        await on.until(lambda: source.reading)
        await on.pilot.press("A")
        await on.until(lambda: len(offered(on)) == 5)
        assert offered(on) == [
            ("main", "exit 137 (OOMKilled)"),
            ("proxy", "running, 2 restarts"),
            ("init", "exit 0"),
            ("wait", "waiting: PodInitializing"),
            ("istio-proxy", "running"),
        ]
        assert on.app.screen.query_one("#container-rows").has_focus


async def test_enter_reads_the_one_under_the_cursor_and_escape_leaves_the_log_alone() -> None:
    source = Written()
    async with bench(new, source) as on:
        on.app.show(running("api", sidecar=True), "api")
        source.pipe(pod("api")).put(line(1, "of main"))
        source.pipe(pod("api"), "proxy").put(line(1, "of the proxy"))
        await on.until(lambda: on.app.text == "of main")
        for keys in (["A", "j", "escape"], ["A", "q"], ["A", "enter"]):
            await on.pilot.press(*keys)
            await on.pilot.pause()
            assert not isinstance(on.app.screen, ContainerScreen)
        assert len(source.reading) == 1, "the log of main was never left"
        await on.pilot.press("A", "A", "enter")
        await on.until(lambda: on.app.text == "of the proxy")
        assert "proxy" in head(on)
        await on.pilot.press("A", "1")
        await on.until(lambda: on.app.text == "of main")
        await on.pilot.press("A", "9")
        assert isinstance(on.app.screen, ContainerScreen), "there is no ninth"


async def test_what_the_cluster_does_not_tell_is_said_and_the_names_will_do() -> None:
    source = ScriptedSource()
    async with bench(new, source) as on:
        on.app.show(running("api"), "api")
        source.refusal = Refused('user "dev" cannot list pods', status=403)
        await on.pilot.press("A")
        await on.until(lambda: "cannot list pods" in " ".join(on.app.said))
        assert [name for name, _ in offered(on)] == ["main", "init", "wait"]


def set_of_containers() -> Manifest:
    """A pod with three containers of its own, one of which failed."""
    inner = ("fetch", "check", "main")
    template = {
        "name": "main",
        "containerSet": {"containers": [{"name": name, "image": "i"} for name in inner]},
    }
    nodes = [step(RUN, "", "Failed", type="Pod", children=inner, template="main")]
    for name, phase, code in (
        ("fetch", "Succeeded", "0"),
        ("check", "Failed", "3"),
        ("main", "Omitted", ""),
    ):
        node = step(RUN, name, phase, type="Container")
        node["boundaryID"] = RUN
        if code:
            node["outputs"] = {"exitCode": code}
        nodes.append(node)
    return run(RUN, "Failed", nodes=nodes, spec={"entrypoint": "main", "templates": [template]})


def found_in(manifest: Manifest, *pods: Pod) -> list[ContainerRow]:
    workflow = opened(manifest).object
    (target, *_) = log_targets(workflow)
    return with_pod(container_rows(workflow, target), workflow, target, pods)


def test_of_a_pod_that_is_gone_the_workflow_tells_what_it_knows() -> None:
    assert [(c.number, c.name, c.role, c.state) for c in found_in(set_of_containers())] == [
        (1, "fetch", "in set", "Succeeded, exit 0"),
        (2, "check", "in set", "Failed, exit 3"),
        (3, "main", "in set", "Omitted"),
        (4, "init", "Argo's", "gone with its pod"),
        (5, "wait", "Argo's", "gone with its pod"),
    ]


def test_what_has_an_archived_log_says_so() -> None:
    manifest = run(
        RUN,
        "Succeeded",
        nodes=[step(RUN, "api", "Succeeded")],
        spec={"entrypoint": "api", "templates": [container("api")]},
    )
    (node,) = manifest["status"]["nodes"].values()
    node["outputs"] = {
        "exitCode": "0",
        "artifacts": [{"name": "main-logs", "raw": {"data": "said long ago"}}],
    }
    assert found_in(manifest)[0].state == "Succeeded, exit 0, archived log"


def test_numbers_stay_when_the_pod_tells_more_or_less_than_the_template() -> None:
    there = Pod(
        found_pod(set_of_containers()),
        "argo",
        "Running",
        containers=(ContainerState("check", "running"), ContainerState("mesh", "running")),
    )
    assert [(c.number, c.name, c.state) for c in found_in(set_of_containers(), there)] == [
        (1, "fetch", "not in its pod"),
        (2, "check", "running"),
        (3, "main", "not in its pod"),
        (4, "init", "not in its pod"),
        (5, "wait", "not in its pod"),
        (6, "mesh", "running"),
    ]


def found_pod(manifest: Manifest) -> str:
    return log_targets(opened(manifest).object)[0].pod


def test_a_state_is_said_in_few_words() -> None:
    for state, words in (
        (ContainerState("a", "terminated", "Completed", exit_code=0), "exit 0"),
        (ContainerState("a", "terminated", "Error", exit_code=2), "exit 2"),
        (ContainerState("a", "terminated"), "ended"),
        (ContainerState("a", "running", restarts=1), "running, 1 restart"),
        (ContainerState("a", ""), "waiting"),
        (ContainerState("a", "waiting", "ImagePullBackOff"), "waiting: ImagePullBackOff"),
    ):
        assert pod_state(state)[0] == words


async def test_going_to_a_container_in_the_tree_reads_that_one() -> None:
    source = Written()
    manifest = set_of_containers()
    async with bench(new, source) as on:
        on.app.show(manifest, "fetch")
        await on.until(lambda: "fetch" in head(on))
        await on.pilot.press("A", "5")
        await on.until(lambda: "wait" in head(on))
        on.app.show(manifest, "check")
        await on.until(lambda: "check" in head(on))
