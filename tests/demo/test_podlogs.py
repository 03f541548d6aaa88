"""What the demo keeps of what containers print."""

from __future__ import annotations

from tui.demo.podlogs import KEPT_LINES, LogLine, PodLogs

AT = 1_767_268_800_000_000_000
POD = ("argo", "pod", "main")


def line(number: int, nanos: int = 0) -> LogLine:
    return LogLine(AT + number * 1_000_000_000 + nanos, f"line {number}")


def test_a_line_has_the_time_as_kubernetes_writes_it() -> None:
    assert line(0).stamp == "2026-01-01T12:00:00Z"
    assert line(1, 123_456_000).stamp == "2026-01-01T12:00:01.123456Z"
    assert line(0, 7).stamp == "2026-01-01T12:00:00.000000007Z"


def test_a_run_that_begins_again_leaves_the_previous_one() -> None:
    logs = PodLogs()
    logs.begin(*POD)
    logs.write(*POD, [line(1)])
    logs.begin(*POD)
    logs.write(*POD, [line(2)])
    assert logs.lines(*POD) == (line(2),)
    assert logs.lines(*POD, previous=True) == (line(1),)
    assert not logs.has("argo", "other", "main")


def test_a_follower_hears_lines_and_the_end() -> None:
    logs = PodLogs()
    heard: list[LogLine | None] = []
    logs.begin(*POD)
    logs.write(*POD, [line(1)])
    logs.follow(*POD, heard.append)
    logs.write(*POD, [line(2)])
    logs.end(*POD)
    assert heard == [line(2), None]
    logs.follow(*POD, heard.append)
    assert heard[-1] is None
    assert logs.ended(*POD)


def test_one_who_left_hears_nothing_more() -> None:
    logs = PodLogs()
    heard: list[LogLine | None] = []
    leave = logs.follow(*POD, heard.append)
    leave()
    logs.write(*POD, [line(1)])
    assert heard == []


def test_a_deleted_pod_ends_its_followers_and_is_forgotten() -> None:
    logs = PodLogs()
    heard: list[LogLine | None] = []
    logs.begin(*POD)
    logs.write(*POD, [line(1)])
    logs.follow(*POD, heard.append)
    logs.forget("argo", "pod")
    assert heard == [None]
    assert logs.lines(*POD) == ()


def test_only_the_last_lines_are_kept() -> None:
    logs = PodLogs()
    logs.write(*POD, [line(n) for n in range(KEPT_LINES + 10)])
    assert len(logs.lines(*POD)) == KEPT_LINES
    assert logs.lines(*POD)[0] == line(10)


def test_what_is_forgotten_of_a_pod_is_all_of_it_and_of_no_other() -> None:
    logs = PodLogs()
    for pod in ("pod", "pod-2"):
        for container in ("main", "wait"):
            logs.begin("argo", pod, container)
            logs.write("argo", pod, container, [line(1)])
    logs.begin(*POD)
    ended: list[object] = []
    logs.follow("argo", "pod", "wait", ended.append)
    logs.follow("argo", "pod", "late", ended.append)
    logs.forget("argo", "pod")
    assert ended == [None, None], "who follows is told"
    for container in ("main", "wait", "late"):
        assert not logs.has("argo", "pod", container)
        assert not logs.has("argo", "pod", container, previous=True)
        assert logs.has("argo", "pod-2", container) == (container != "late")
    logs.forget("argo", "pod")
    logs.begin(*POD)
    assert logs.lines(*POD) == ()
