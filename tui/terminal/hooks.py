"""Everything we touch of Textual that is not promised to stay: all of it here, looked at first.

`missing()` names what a release of Textual no longer has as we know it. If it names anything the
cell-by-cell output stays off and Textual paints as it does by itself.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from typing import Any

from rich.color import ColorSystem
from textual import Logger, constants
from textual.app import App
from textual.screen import Screen

from tui.domain.hidden import without_secrets

SYNC_BEGIN = "\x1b[?2026h"
SYNC_END = "\x1b[?2026l"

Part = tuple[int, int, int, Any]
"""A row, the columns where a strip begins and ends, and the strip."""

APP_STATE = ("_running", "_closed", "_batch_count", "_driver", "_sync_available")


def missing(app: object) -> list[str]:
    """What of Textual is not as we know it; empty if all is."""
    found = [f"App.{name}" for name in APP_STATE if not hasattr(app, name)]
    display = getattr(App, "_display", None)
    if display is None or list(inspect.signature(display).parameters)[1:] != [
        "screen",
        "renderable",
    ]:
        found.append("App._display(screen, renderable)")
    try:
        from textual import _compositor
    except ImportError:
        return [*found, "textual._compositor"]
    for name, parameters in (
        ("LayoutUpdate", ["strips", "region"]),
        ("ChopsUpdate", ["chops", "spans", "chop_ends"]),
    ):
        update = getattr(_compositor, name, None)
        if update is None or list(inspect.signature(update).parameters) != parameters:
            found.append(f"{name}({', '.join(parameters)})")
    return found


def quiet_log(app: Any) -> None:
    """What Textual logs from now on holds no secrets: it logs whole messages, and all they carry.

    Nothing changes where nobody asked for a log (TEXTUAL_LOG, or the console of its devtools).
    """
    if not constants.LOG_FILE and "devtools" not in getattr(app, "features", ()):
        return
    as_it_comes: Callable[..., None] = Logger.__call__
    if as_it_comes.__name__ == "cleaned":
        return  # of an app before in this process

    def cleaned(logger: Logger, *args: object, **kwargs: object) -> None:
        told = [without_secrets(str(arg)) for arg in args]
        named = [without_secrets(f"{name}={value!r}") for name, value in kwargs.items()]
        as_it_comes(logger, *told, *named)

    changed: Any = Logger
    changed.__call__ = cleaned


def still_cursors() -> None:
    """Cursors of inputs stand still from now on: a blinking one writes for ever."""
    from textual.widgets import Input

    # TextArea takes as long to import as ten other widgets; whoever uses it has imported it.
    area = getattr(sys.modules.get("textual.widgets._text_area"), "TextArea", None)
    for widget in (Input, area):
        blink: Any = vars(widget).get("cursor_blink") if widget is not None else None
        if blink is not None and hasattr(blink, "_default"):
            blink._default = False


def may_paint(app: Any) -> bool:
    """Whether Textual itself would write to the terminal now."""
    return bool(
        app._running
        and not app._closed
        and app._driver is not None
        and not app.is_headless
        and not app.is_inline
    )


def is_batching(app: Any) -> bool:
    return bool(app._batch_count)


def driver(app: Any) -> Any:
    return app._driver


def knows_sync(app: Any) -> bool:
    return bool(app._sync_available)


def colours(app: App[Any]) -> ColorSystem:
    """The colours Textual writes; like it, truecolor where the console knows of none."""
    return getattr(app.console, "_color_system", None) or ColorSystem.TRUECOLOR


def cursor(app: App[Any], screen: Screen[Any]) -> tuple[int, int]:
    """Where the terminal's own (hidden) cursor belongs, for input methods and screen readers."""
    x, y = screen.outer_size.clamp_offset(app.cursor_position)
    return x, y


def whole_size(renderable: object) -> tuple[int, int] | None:
    """The size of the screen if this update paints all of it, None if it paints parts."""
    region = getattr(renderable, "region", None)
    if type(renderable).__name__ != "LayoutUpdate" or region is None:
        return None
    if region.x or region.y:
        return None
    return region.width, region.height


def parts_size(renderable: object) -> tuple[int, int] | None:
    """The size of the screen whose parts this update paints, None if it is no such update."""
    if type(renderable).__name__ != "ChopsUpdate":
        return None
    update: Any = renderable
    ends = update.chop_ends
    return (ends[0][-1] if ends and ends[0] else 0), len(ends)


def whole_parts(renderable: Any) -> Iterator[Part]:
    for y, strips in enumerate(renderable.strips):
        x = 0
        for strip in strips:
            end = x + strip.cell_length
            yield y, x, end, strip
            x = end


def changed_parts(renderable: Any) -> Iterator[Part]:
    """Each stretch between two edges of widgets that overlaps what changed, whole.

    Only these are sure to hold the right widgets: elsewhere on the line Textual has not looked.
    """
    for y, first, last in renderable.spans:
        ends = renderable.chop_ends[y]
        for end, (x, strip) in zip(ends, renderable.chops[y].items(), strict=False):
            if strip is not None and x < last and end > first:
                yield y, x, end, strip
