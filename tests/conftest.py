"""What every test begins with: a pinned environment, still cursors, pictures in `snapshots/`.

The environment is pinned before Textual is imported, because Textual reads it then and never again.
"""

from __future__ import annotations

import html
import os
import re
import signal
from collections.abc import Callable
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING, Any

for _name in ("NO_COLOR", "FORCE_COLOR", "TEXTUAL_THEME", "TEXTUAL_COLOR_SYSTEM", "ARGO_TUI_NOW"):
    os.environ.pop(_name, None)
os.environ["TEXTUAL_ANIMATIONS"] = "none"
# A shell has what it starts in the background ignore interrupts, and so would all we start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

import hypothesis  # noqa: E402
import pytest  # noqa: E402
import pytest_textual_snapshot  # noqa: E402

from tests.support.cluster import demo_cluster, module_cluster  # noqa: E402, F401
from tui.domain.hidden import IN_USE  # noqa: E402

if TYPE_CHECKING:
    from textual.app import App

# What is red was broken by what changed: the same examples each time. `make fuzz` tries others.
# That making an example takes long says that the machine is busy.
slow = [hypothesis.HealthCheck.too_slow]
hypothesis.settings.register_profile(
    "the same each time", derandomize=True, suppress_health_check=slow
)
if "FUZZ" not in os.environ:
    hypothesis.settings.load_profile("the same each time")

ROOT = Path(__file__).resolve().parent.parent
SNAPSHOTS = ROOT / "snapshots"
LONGEST = ("cost", "terminal", "hostile", "journeys", "screens", "panes", "demo", "artifacts")
"""The folders of tests/ whose tests wait longest: they begin, so that none is left for the end."""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """The suite and its folders on several processes, a file or what `-k` chooses on this one.

    Most tests wait more than they compute, hence two processes a core. Pictures are drawn anew on
    one: only there is it known which of them no test draws any more.
    """
    chosen = [Path(argument.partition("::")[0]) for argument in config.args]
    is_small = config.option.keyword or not all(path.is_dir() for path in chosen)
    if is_small or config.option.update_snapshots:
        return 0
    return min(8, 2 * (os.cpu_count() or 1))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first; within a file the order stays."""

    def turn(item: pytest.Item) -> int:
        folder = item.path.relative_to(ROOT / "tests").parts[0]
        return LONGEST.index(folder) if folder in LONGEST else len(LONGEST)

    items.sort(key=turn)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """What gzip made holds the time of it, but all processes must give a test the same name."""
    is_packed = (isinstance(val, bytes) and b"\x1f\x8b" in val) or (
        isinstance(val, str) and "H4sI" in val
    )
    return argname if is_packed else None


class TopLevelSvg(pytest_textual_snapshot.SVGImageExtension):  # type: ignore[misc]
    """Pictures in `snapshots/<folder>/<module>/`, mirroring `tests/`."""

    @classmethod
    def dirname(cls, *, test_location: Any) -> str:
        """Where the pictures of a test module are."""
        module = Path(test_location.filepath).resolve()
        return str(SNAPSHOTS / module.relative_to(ROOT / "tests").with_suffix(""))


@pytest.fixture(scope="session", autouse=True)
def state_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A hang-up in a test is not the user's, and neither are settings."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))
    os.environ["XDG_CONFIG_HOME"] = str(tmp_path_factory.mktemp("config"))


@pytest.fixture(autouse=True)
def no_secrets_of_others() -> None:
    """What one test logs in with may be a word in the next one."""
    IN_USE.forget()


@pytest.fixture(autouse=True)
def pictures_at_the_top(monkeypatch: pytest.MonkeyPatch) -> None:
    """`snap_compare` looks this name up in its module when it is called."""
    monkeypatch.setattr(pytest_textual_snapshot, "SVGImageExtension", TopLevelSvg)


@pytest.fixture(autouse=True)
def still_cursors(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """A blinking cursor is in half of the pictures and not in the others."""
    if request.node.path.parent.name in ("domain", "state", "actions", "sources", "demo"):
        return  # these never draw, and importing the widgets would only cost time
    from textual.widgets import Input, TextArea

    monkeypatch.setattr(Input, "_toggle_cursor", lambda self: None)
    monkeypatch.setattr(TextArea, "_toggle_cursor_blink_visible", lambda self: None)


Picture = Callable[..., bool]
CELL = 12.2
"""How wide a column of a picture is."""


@pytest.fixture
def picture(snapshot: Any, tmp_path: Path) -> Picture:
    """Whether an app looks as it did: `assert picture(app)`, as often as a test likes."""

    def looks_as_before(app: App[Any], name: str | None = None) -> bool:
        drawn = app.export_screenshot(title=app.title, simplify=True)
        before = snapshot.use_extension(TopLevelSvg)(name=name)
        if drawn != before:
            kept = tmp_path / f"{name or 'drawn'}.svg"
            kept.write_text(drawn)
            was = getattr(before.executions.get(before.num_executions - 1), "recalled_data", "")
            lines = unified_diff(_text_of(was), _text_of(drawn), "was", "is", lineterm="", n=0)
            raise AssertionError("\n".join([f"it looks otherwise: {kept}", *lines]))
        return True

    return looks_as_before


def _text_of(svg: str | None) -> list[str]:
    """The rows of a picture, without their colours."""
    rows: dict[int, str] = {}
    parts = r'<text[^>]* x="([\d.]+)"[^>]*-line-(\d+)\)">([^<]*)'
    for x, row, text in re.findall(parts, svg or ""):
        before = rows.get(int(row), "").ljust(round(float(x) / CELL))
        rows[int(row)] = before + html.unescape(text).replace("\N{NO-BREAK SPACE}", " ")
    return [rows[row].rstrip() for row in sorted(rows)]
