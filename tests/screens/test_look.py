"""What the eye is told: where keys go, where one is, and every word there is room for."""

from __future__ import annotations

from copy import deepcopy
from functools import partial
from typing import Any

import pytest
from rich.style import Style

from tests.support.app import STILL, Shown, showing, strips_of
from tests.support.runs import (
    ETL,
    FAILED_ATTEMPT,
    container,
    nightly_etl,
    run,
    step,
    team,
    two_steps,
)
from tests.support.scripted import ScriptedSource
from tui.domain.highlight import report_spans
from tui.domain.podname import node_id
from tui.domain.workflow import Manifest, workflow_of_holder
from tui.kinds.cron_workflows import CRON_WORKFLOWS
from tui.panes.answer_pane import spans as answer_spans
from tui.panes.summary import SummaryPane
from tui.screens.object import ObjectScreen
from tui.state.audit import Entry
from tui.widgets.box import Box
from tui.widgets.header import HeaderLine
from tui.widgets.line_view import CURSOR, LineView

LONG = "the pod was evicted: the node had too little ephemeral storage left, 41Gi of 40Gi in use"
POD = f"{ETL}-transform-{node_id(ETL, f'{ETL}.{FAILED_ATTEMPT}').rpartition('-')[2]}"


def failing(message: str, name: str = "train") -> Manifest:
    """A run with one step, which says why it failed."""
    run_name = "weekly-q1w2e"
    root = step(run_name, "", "Failed", type="DAG", children=[name])
    inputs = {"parameters": [{"name": "shard", "value": "3"}]}
    made = step(run_name, name, "Failed", message=message, inputs=inputs, outputs={"exitCode": "7"})
    spec = {
        "entrypoint": "main",
        "workflowTemplateRef": {"name": "weekly"},
        "arguments": {"parameters": [{"name": "day", "value": "2026-03-16"}]},
        "templates": [{"name": "main", "dag": {}}, container("train")],
    }
    labels = {"workflows.argoproj.io/cron-workflow": "every-week"}
    return run(run_name, "Failed", nodes=[root, made], ended=2, spec=spec, labels=labels)


def highlighted(shown: Shown, row: int) -> str:
    """What of a row is shown as being under the cursor."""
    wanted = shown.detail.steps.token(CURSOR).bgcolor
    strip = strips_of(shown.app)[row]
    return "".join(s.text for s in strip if s.style is not None and s.style.bgcolor == wanted)


def row_with(shown: Shown, text: str) -> int:
    return next(y for y, row in enumerate(shown.rows_of_screen) if text in row)


def longest_blank(row: str) -> int:
    return max(len(run) for run in "".join(c if c == " " else "|" for c in row).split("|"))


@pytest.mark.parametrize("width", [60, 70, 80, 90, 100, 109, 110, 120, 140, 160, 200])
@pytest.mark.parametrize("name", ["t", "train-the-large-model(17:region:eu)"])
async def test_no_message_of_a_step_is_cut_while_eight_cells_of_its_row_are_empty(
    width: int, name: str
) -> None:
    async with showing(failing(LONG, name), size=(width, 30)) as shown:
        await shown.open()
        width_of_tree = shown.detail.steps.size.width
        row = shown.rows_of_screen[row_with(shown, "►")][:width_of_tree]
        assert LONG in row or longest_blank(row) < 8, row


async def test_the_tree_takes_the_rows_it_needs_and_the_pane_the_rest() -> None:
    async with showing(two_steps(), size=(80, 24)) as shown:
        await shown.open()
        steps = shown.detail.steps
        assert steps.size.height == len(steps.items) + 1
        assert row_with(shown, " In/Out ") == 1 + steps.size.height


async def test_a_long_tree_leaves_half_of_the_rows_and_shows_where_it_opened() -> None:
    async with showing(nightly_etl(), size=(80, 14)) as shown:
        await shown.open()
        await shown.at_rest()
        split = shown.detail.split
        assert split.tree_side.size.height <= split.size.height // 2
        assert "►transform" in shown.text


@pytest.mark.parametrize(("width", "beside"), [(80, False), (109, False), (110, True), (200, True)])
async def test_the_pane_stands_beside_the_tree_from_110_columns(width: int, beside: bool) -> None:
    async with showing(nightly_etl(), size=(width, 40)) as shown:
        await shown.open()
        await shown.at_rest()
        heading, tabs = row_with(shown, " STEP "), row_with(shown, " In/Out ")
        assert (heading == tabs) == beside


@pytest.mark.parametrize(("width", "three"), [(199, False), (200, True)])
async def test_from_200_columns_what_the_cursor_is_on_stands_between_tree_and_pane(
    width: int, three: bool
) -> None:
    async with showing(failing(LONG), size=(width, 40)) as shown:
        split = (await shown.open()).split
        await shown.until_shown("exit code")
        about, tree, tabs = split.about.region, split.steps.region, split.pane_tabs.region
        assert (about.y == tree.y == tabs.y) == three
        assert (tree.right <= about.x < about.right <= tabs.x) == three
        assert min(about.width, tree.width, tabs.width) >= 40
        await shown.press("z")
        await shown.until(lambda: not split.pane_tabs.display)
        await shown.press("z", "tab", "z")
        await shown.until(lambda: not split.tree_side.display)


async def test_below_the_tree_stands_what_the_cursor_is_on_with_every_word() -> None:
    async with showing(failing(LONG * 3), size=(120, 40)) as shown:
        await shown.open()
        await shown.until_shown("exit code")
        left = [row[: shown.detail.steps.size.width] for row in shown.rows_of_screen]
        told = " ".join(" ".join(row.split()) for row in left)
        assert (LONG * 3)[-60:] in told
        for fact in ("exit code 7", "template train", "inputs shard=3", "image registry.local"):
            assert fact in told
        await shown.press("k")
        await shown.until_shown("cron       every-week")
        assert "day=2026-03-16" in shown.text and "template   weekly" in shown.text


async def test_the_header_tells_template_cron_and_parameters_where_there_is_room() -> None:
    made_of = ("template weekly", "cron every-week", "day=2026-03-16")
    for width, told in ((80, 0), (120, 2), (200, 3)):
        async with showing(failing("no"), size=(width, 24)) as shown:
            await shown.open()
            await shown.at_rest()
            header = shown.rows_of_screen[0]
            assert all(words in header for words in made_of[:told]), header
            assert "weekly-q1w2e" in header and "● live" in header


@pytest.mark.parametrize("ascii", [False, True])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_side_with_the_keys_has_the_heavy_rule_and_only_it(
    size: tuple[int, int], ascii: bool
) -> None:
    settings = STILL.__class__(fixed_now=STILL.fixed_now, ascii=ascii)
    heavy = "===" if ascii else "━━━"
    async with showing(nightly_etl(), size=size, settings=settings) as shown:
        await shown.open()
        await shown.at_rest()
        width = shown.detail.steps.size.width

        def sides() -> tuple[bool, bool]:
            tabs = shown.detail.pane_tabs.tabs.region
            row = shown.rows_of_screen[tabs.y][tabs.x : tabs.right]
            return heavy in shown.rows_of_screen[1][:width], heavy[0] in row

        assert sides() == (True, False)
        cursor = row_with(shown, ">trans" if ascii else "►trans")
        assert len(highlighted(shown, cursor)) >= width, "the whole row"
        await shown.press("tab")
        await shown.at_rest()
        assert sides() == (False, True)
        assert highlighted(shown, cursor) == ""


async def test_the_border_moves_for_the_side_with_the_keys() -> None:
    for size in ((80, 24), (120, 40)):
        async with showing(nightly_etl(), size=size) as shown:
            await shown.open()
            split = shown.detail.split
            before = split.tree_side.size
            split.move_border(1)
            await shown.at_rest()
            assert split.tree_side.size > before
            await shown.press("tab")
            for _ in range(40):
                split.move_border(1)
                await shown.pilot.pause()
            assert split.tree_side.size < before, "the other side keeps a little"


def with_log(*lines: str) -> ScriptedSource:
    source = ScriptedSource(nightly_etl())
    source.logs[POD, "main"] = [b"2026-03-17T06:29:00.0Z %s\n" % line.encode() for line in lines]
    return source


async def test_the_title_of_a_log_counts_errors_and_warnings_and_tells_where_one_is() -> None:
    lines = ["WARN low disk", "ERROR one", "fine", "WARN again", *["fine"] * 80, "bye"]
    async with showing(source=with_log(*lines), size=(120, 24)) as shown:
        await shown.open()
        await shown.press("l")
        await shown.until_shown("1 error 2 warnings { }")
        title = shown.rows_of_screen[2]
        assert "main" in title and "85 lines" in title and title.rstrip().endswith("%")


async def test_the_log_of_a_failed_step_opens_at_its_last_error() -> None:
    lines = [*["before"] * 60, "ERROR first", *["between"] * 60, "ERROR last", *["after"] * 60]
    async with showing(source=with_log(*lines), size=(120, 24)) as shown:
        await shown.open()
        await shown.press("l")
        await shown.until_shown("ERROR last")
        await shown.press("F")
        await shown.until_shown("100%")
        assert "ERROR last" not in shown.text


async def test_an_error_in_sight_leaves_the_log_at_its_end() -> None:
    lines = [*["before"] * 60, "ERROR last", "bye"]
    async with showing(source=with_log(*lines), size=(120, 24)) as shown:
        await shown.open()
        await shown.press("l")
        await shown.until_shown("bye")
        await shown.until_shown("1 error")
        assert "100%" in shown.rows_of_screen[2] and "ERROR last" in shown.text


async def test_a_line_that_is_cut_ends_in_a_sign_and_one_that_fits_does_not() -> None:
    async with showing(source=with_log("x" * 200, "short"), size=(120, 24)) as shown:
        await shown.open()
        await shown.press("l")
        await shown.until_shown("short")
        assert "x› " in shown.text
        assert shown.text.count("›") == 1
        await shown.press("w")
        await shown.at_rest()
        assert "›" not in shown.text, "wrapped lines are not cut"


async def test_every_text_tells_where_in_it_one_is() -> None:
    async with showing(nightly_etl(), size=(80, 24)) as shown:
        await shown.open()
        for key in ("d", "y"):
            await shown.press(key)
            await shown.at_rest()
            if not shown.detail.pane_tabs.holds_focus:
                await shown.press("tab")
            await shown.press("G")
            await shown.at_rest()
            row: Any = shown.rows_of_screen[row_with(shown, " In/Out ")]
            assert "100%" in row, row
            await shown.press("g")
            await shown.at_rest()
            assert "100%" not in shown.rows_of_screen[row_with(shown, " In/Out ")]
            await shown.press("escape")


def waiting_for_a_lock(*, at_step: bool) -> Manifest:
    """A run that waits for a mutex which `nightly-etl-x7k2p` holds, itself or in a step."""
    name = "report-q1w2e"
    lock, holder = "argo/Mutex/db", f"argo/{ETL}" + ("/some-node" if at_step else "")
    told = {"mutex": {"waiting": [{"mutex": lock, "holder": holder}]}}
    nodes = []
    if at_step:
        waits = step(name, "load", "Pending", synchronizationStatus={"waiting": lock})
        root = step(name, "", "Running", type="DAG", children=["load"])
        other = step(name, "else", "Running")
        nodes = [root, waits, other]
    return run(name, "Running" if at_step else "Pending", nodes=nodes, synchronization=told)


@pytest.mark.parametrize("at_step", [False, True])
async def test_enter_on_a_lock_goes_to_its_holder_and_esc_comes_back(at_step: bool) -> None:
    async with showing(waiting_for_a_lock(at_step=at_step), nightly_etl()) as shown:
        await shown.open("report-q1w2e")
        if at_step:
            shown.detail.steps.move_to_line(shown.steps.index("load"))
        await shown.press("enter")
        await shown.until(lambda: shown.detail.key.name == ETL)
        await shown.press("escape")
        await shown.until(lambda: shown.detail.key.name == "report-q1w2e")


def test_a_holder_is_a_workflow_or_a_step_of_one() -> None:
    for holder, wanted in (
        ("ml/etl-x7k2p", ("ml", "etl-x7k2p")),
        ("ml/etl-x7k2p/etl-x7k2p-2192570502", ("ml", "etl-x7k2p")),
        ("etl-x7k2p", ("argo", "etl-x7k2p")),
        ("etl-x7k2p-2192570502", ("argo", "etl-x7k2p")),
    ):
        assert workflow_of_holder(holder, "argo") == wanted


async def test_enter_in_the_summary_chooses_one_of_the_slowest_steps_and_goes_there() -> None:
    async with showing(nightly_etl(), size=(120, 40)) as shown:
        await shown.open()
        shown.detail.steps.move_to_line(0)
        await shown.press("d")
        await shown.until_shown("slowest steps")
        await shown.press("enter")
        await shown.at_rest()
        slowest = shown.detail.pane_tabs.pane
        assert isinstance(slowest, SummaryPane) and slowest.bars.has_focus
        await shown.press("down", "enter")
        await shown.until(lambda: shown.detail.steps.has_focus)
        node = shown.detail.steps.node
        assert node is not None and node.title == "transform(2:shard:2)(0)"


async def test_a_step_that_ran_out_of_memory_tells_its_limit_its_image_and_its_node() -> None:
    made = deepcopy(nightly_etl())  # its templates are those of every other test
    for template in made["spec"]["templates"]:
        if template["name"] == "transform":
            template["container"]["resources"] = {"limits": {"memory": "512Mi"}}
    async with showing(made, size=(80, 40)) as shown:
        await shown.open()
        await shown.press("d")
        await shown.until_shown("limit 512Mi")
        for fact in ("image:       registry.local/etl:4.2", "node:        worker-7"):
            assert fact in shown.text


def looks(view: LineView, words: str, y: int = 0) -> Style:
    """How words on a row of a widget look."""
    line = view.render_line(y)
    found = next(each for each in line if words in each.text)
    return found.style or Style.null()


async def test_the_title_of_the_side_with_the_keys_is_in_reverse_and_no_other() -> None:
    async with showing(nightly_etl(), size=(120, 40)) as shown:
        split = (await shown.open()).split
        await shown.at_rest()
        tabs = split.pane_tabs.tabs
        assert looks(split.steps, "STEP").reverse and not looks(tabs, "Why").reverse
        assert looks(tabs, "Why").underline, "which pane is in front is seen all the same"
        await shown.press("tab")
        await shown.until(lambda: bool(looks(tabs, "Why").reverse))
        assert not looks(split.steps, "STEP").reverse
        await shown.press("tab", "2")
        await shown.until_shown(" GRAPH ")
        graph = split.front
        await shown.until(lambda: bool(looks(graph, "GRAPH").reverse))


async def test_what_the_pane_in_front_says_is_not_said_below_the_tree_too() -> None:
    async with showing(failing(LONG), size=(120, 40)) as shown:
        about = (await shown.open()).split.about
        await shown.until_shown("exit code")

        def below() -> str:
            return "\n".join(about.render_line(y).text for y in range(about.size.height))

        assert "template" in below() and "inputs" in below()
        await shown.press("d")
        await shown.until(lambda: "template" not in below())
        assert "shard=3" in below() and "exit code" not in below()
        await shown.press("i")
        await shown.until(lambda: "template" in below() and "shard=3" not in below())


async def test_what_failed_is_the_loudest_in_a_graph() -> None:
    async with showing(nightly_etl(), size=(120, 40)) as shown:
        split = (await shown.open()).split
        await shown.press("2", "k")  # the box of the cursor looks like none else
        await shown.until_shown(" GRAPH ")
        await shown.at_rest()
        graph = split.front
        rows = [graph.render_line(y) for y in range(graph.size.height)]
        failed, accent = graph.token("phase-failed").color, graph.token("accent").color
        borders = [part for row in rows for part in row if {*part.text} & {*"╔╗╚╝║┌┐└┘"}]
        colours = {part.style.color for part in borders if part.style is not None}
        assert any("╔" in part.text for part in borders), "the critical path has borders of its own"
        assert accent not in colours
        signs = [part for row in rows for part in row if "✖" in part.text]
        assert failed in [part.style.color for part in signs if part.style is not None]


async def test_the_key_of_the_pane_that_one_is_in_gives_its_room_to_others() -> None:
    async with showing(nightly_etl(), size=(170, 40)) as shown:
        await shown.open()
        await shown.until_shown("l Logs")
        for key, hinted in (("l", "l Logs"), ("a", "a Artifacts")):
            await shown.press(key)
            await shown.until(partial(lambda gone: gone not in shown.rows_of_screen[-1], hinted))
            assert "Tab Pane" in shown.rows_of_screen[-1]
        await shown.press("tab")
        await shown.until(lambda: {"Logs", "Artifacts"} <= {*shown.rows_of_screen[-1].split()})


def test_the_name_of_a_step_is_one_label_however_long_it_is() -> None:
    for line, label in (
        ("! shard(27:27)(0) 97%: ran 3s", "! shard(27:27)(0)"),
        ("  log          compiling", "  log"),
        ("? exactly-12-c what", "? exactly-12-c"),
        ("  attempts", "  attempts"),
    ):
        ((begin, end, _),) = answer_spans(line)
        assert line[begin:end].rstrip() == label


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_a_box_is_as_high_as_what_it_says(size: tuple[int, int]) -> None:
    async with showing(nightly_etl(), size=size) as shown:
        for command, words in (("audit", "Nothing was changed"), ("jobs", "nothing goes on")):
            await shown.press("colon")
            await shown.write(command)
            await shown.press("enter")
            await shown.until_shown(words)
            await shown.at_rest()
            box = shown.app.screen.query_one(Box)
            assert box.region.height <= 5, command
            assert box.region.y > 0 and box.region.bottom < size[1]
            await shown.press("escape")


async def test_a_report_that_is_longer_than_the_screen_leaves_its_edges() -> None:
    async with showing(nightly_etl(), size=(80, 24)) as shown:
        for n in range(40):
            shown.app.context.audit.add(
                Entry(
                    at=f"2026-03-17T06:{n:02d}:00Z",
                    context="demo",
                    namespace="argo",
                    kind="workflows",
                    name=f"run-{n}",
                    action="retry",
                    what=f"Retry run-{n}",
                    who="me",
                    is_done=True,
                    result="done",
                    command=f"argo retry run-{n}",
                )
            )
        await shown.press("colon")
        await shown.write("audit")
        await shown.press("enter")
        await shown.until_shown("run-39")
        box = shown.app.screen.query_one(Box)
        await shown.until(lambda: box.region.height == 21)


def test_a_report_shows_at_a_glance_what_is_right_and_what_is_not() -> None:
    for line, wanted in (
        ("LOOK", [("LOOK", "heading")]),
        ("  ✔ logs: Logs", [("✔", "phase-succeeded")]),
        ("  ✖ delete (D): x", [("✖", "problem")]),
        ("terminal   ▲ no colours", [("terminal", "heading"), ("▲", "warning")]),
        ("           ? not asked", [("?", "muted")]),
        ("argo       + all is there", [("argo", "heading"), ("+", "phase-succeeded")]),
        ("nothing is broken", []),
        ("    $ kubectl delete x", []),
        ("# Role x in y", []),
        ("account: x y", []),
    ):
        assert [(line[a:b], token) for a, b, token in report_spans(line)] == wanted, line


async def test_the_name_of_an_object_comes_before_what_else_is_told_of_it() -> None:
    every = {
        "metadata": {"name": "nightly-load-of-all-orders", "namespace": "argo"},
        "kind": "CronWorkflow",
        "spec": {"schedules": ["0 6 * * MON-FRI", "30 9 * * SAT,SUN"], "workflowSpec": {}},
    }
    for width, is_told in ((80, False), (200, True)):
        source = ScriptedSource(nightly_etl(), deepcopy(every))
        async with showing(source=source, size=(width, 24)) as shown:
            shown.app.show_kind(CRON_WORKFLOWS)
            await shown.until_shown("nightly-load")
            await shown.until(lambda: "30 9 * * SAT,SUN" in shown.rows_of_screen[-3])
            await shown.press("enter")
            await shown.until(lambda: shown.shows(ObjectScreen))
            await shown.at_rest()
            header = shown.rows_of_screen[0]
            assert "nightly-load-of-all-orders  Scheduled" in header
            assert ("30 9" in header) == is_told


async def test_in_reverse_video_what_is_as_it_should_be_is_no_block() -> None:
    async with showing(*team(), size=(120, 24)) as shown:
        head = shown.app.screen.query_one("#head", HeaderLine)

        def ground(words: str) -> Any:
            """What words of the header stand on, as a terminal draws it."""
            style = looks(head, words)
            return style.color if style.reverse else style.bgcolor

        shown.app.theme = "ansi-dark"
        await shown.until(lambda: bool(looks(head, "live").reverse))
        assert ground("live") == ground("RW") != ground("fail")
        shown.app.theme = "textual-dark"
        await shown.until(lambda: not looks(head, "live").reverse)
        assert looks(head, "live").color != looks(head, "RW").color
