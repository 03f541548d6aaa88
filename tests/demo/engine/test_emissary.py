"""Argo's own lines in the logs of the demo's containers."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from tests.support.world import World
from tui.actions.stop import TERMINATE
from tui.demo.engine.emissary import line
from tui.demo.podlogs import LogLine

SIGNALS = 'msg="waiting for signals" argo=true signalPath=/var/run/argo/ctr/main/signal'
CAPTURING = 'msg="capturing logs" argo=true'
GOES = 'msg="file signal handler exiting due to context cancellation" argo=true'


def ran(text: str, more: str = "") -> World:
    """A workflow of one pod that runs a line of shell, at its end."""
    world = World()
    world.run(spec(text, more))
    return world


def spec(text: str, more: str = "") -> str:
    return f"""
        entrypoint: main
        templates:
        - name: main
          container: {{image: busybox, command: [sh, -c], args: ["{text}"]}}
          {more}
        """


def log(world: World, container: str = "main") -> tuple[LogLine, ...]:
    return world.logs.lines("argo", "wf", container)


def texts(world: World, container: str = "main") -> list[str]:
    """The lines of the log, without the times and the level of Argo's own."""
    own = re.compile(r"time=2026-01-01T\d\d:\d\d:\d\d\.\d{3}Z level=INFO ")
    return [own.sub("", each.text) for each in log(world, container)]


def test_the_log_of_main_begins_and_ends_with_argos_lines() -> None:
    world = ran("echo one; sleep 3; echo two")
    assert texts(world) == [
        CAPTURING,
        SIGNALS,
        "one",
        "two",
        'msg="sub-process exited" argo=true error=<nil>',
        GOES,
    ]
    assert [each.is_argos for each in log(world)] == [True, True, False, False, True, True]
    stamps = [each.nanos for each in log(world)]
    assert stamps == sorted(set(stamps))


def test_a_program_that_fails_has_its_exit_code_told_twice() -> None:
    world = ran("echo oh no; exit 3")
    assert texts(world)[2:] == [
        "oh no",
        'msg="sub-process exited" argo=true error="exit status 3"',
        GOES,
        "Error: exit status 3",
    ]


def test_the_archived_log_has_the_lines_of_the_program_alone() -> None:
    world = ran("echo one; exit 1")
    assert CAPTURING in texts(world)
    (artifact,) = world.node("wf")["outputs"]["artifacts"]
    assert world.bucket.get(artifact["s3"]["key"]) == b"one\n"


def test_a_program_that_prints_nothing_has_no_archived_log() -> None:
    world = ran("true")
    assert "artifacts" not in world.node("wf")["outputs"]


def test_outputs_are_saved_and_what_is_missing_is_warned_of() -> None:
    world = ran(
        "echo 7 > /tmp/n; echo hello > /tmp/hello.txt",
        """outputs:
            parameters:
            - {name: n, valueFrom: {path: /tmp/n}}
            artifacts:
            - {name: hello, path: /tmp/hello.txt}
            - {name: gone, path: /tmp/missing, optional: true}""",
    )
    into = "/var/run/argo/outputs"
    src, dst = "src=/tmp/hello.txt", f"dst={into}/artifacts/tmp/hello.txt.tgz"
    assert texts(world)[3:-1] == [
        f'msg="saving parameter" argo=true src=/tmp/n dst={into}/parameters/tmp/n',
        f'msg="saving artifact" argo=true {src} {dst}',
        "msg=tarring argo=true source=/tmp/hello.txt",
        log(world)[-2].text,
    ]
    assert re.fullmatch(
        r'time=\S+ level=WARN msg="cannot save artifact" argo=true srcPath=/tmp/missing '
        r'error="stat /tmp/missing: no such file or directory"',
        log(world)[-2].text,
    )


def test_a_sidecar_is_asked_to_end_by_a_signal() -> None:
    world = ran(
        "echo done; sleep 2",
        """sidecars:
          - {name: side, image: busybox, command: [sh, -c], args: ["echo beside; sleep 900"]}""",
    )
    path = "/var/run/argo/ctr/side/signal"
    assert texts(world, "side") == [
        f'msg="waiting for signals" argo=true signalPath={path}',
        "beside",
        f'msg="received signal" argo=true signal=15 signalPath={path}',
        'msg="sub-process exited" argo=true error=<nil>',
        'msg="not saving outputs - not main container" argo=true',
        GOES,
    ]


def test_containers_of_a_set_wait_for_each_other() -> None:
    world = World()
    world.run(
        """
        entrypoint: main
        templates:
        - name: main
          containerSet:
            containers:
            - {name: a, image: busybox, command: [echo, first]}
            - {name: main, image: busybox, command: [echo, last], dependencies: [a]}
        """
    )
    assert texts(world)[0] == 'msg="waiting for dependency" argo=true dependency=a'
    assert 'msg="not saving outputs - not main container" argo=true' in texts(world, "a")


def test_a_stopped_program_was_sent_a_signal() -> None:
    world = World()
    world.submit(spec("echo working; sleep 600"))
    world.until(lambda: "working" in texts(world))
    world.act(TERMINATE)
    world.finish()
    assert texts(world)[-3:] == [
        'msg="sub-process exited" argo=true error="exit status 143"',
        GOES,
        "Error: exit status 143",
    ]
    assert 'msg="received signal"' in texts(world)[-4]


def test_who_is_killed_for_its_memory_says_nothing_more() -> None:
    annotations = 'metadata: {annotations: {demo.argo-tui/exit-codes: "137"}}'
    world = ran("echo allocating; sleep 5; echo never", annotations)
    assert texts(world) == [CAPTURING, SIGNALS, "allocating"]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("", '""'),
        ("a b", '"a b"'),
        ('say "x"', '"say \\"x\\""'),
        ("a=b", '"a=b"'),
        ("<nil>", "<nil>"),
    ],
)
def test_values_are_quoted_as_go_quotes_them(value: str, written: str) -> None:
    moment = datetime(2026, 1, 1, 12, 0, 0, 7_900, tzinfo=UTC)
    assert line(moment, "tarring", source=value) == (
        f"time=2026-01-01T12:00:00.007Z level=INFO msg=tarring argo=true source={written}"
    )
