"""Everything we touch of Textual that is not promised to stay: all of it here, looked at first.

Each use has a question that names what a release of Textual no longer has as we know it: `missing`
for painting by cells, `missing_of_driver` for our own reading and writing. What it names turns off
what needs it, with a word to the person, and Textual does that part as it does by itself. Nothing
private is imported before it was asked for.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import _lru_cache_wrapper, lru_cache, partial, wraps
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary, WeakSet

from rich.color import ColorSystem
from rich.segment import Segment
from textual import Logger, constants
from textual.app import App
from textual.binding import BindingsMap
from textual.cache import FIFOCache
from textual.dom import DOMNode
from textual.message import Message
from textual.screen import Screen
from textual.strip import Strip

from tui.domain.hidden import without_secrets

if TYPE_CHECKING:
    from textual.driver import Driver

SYNC_BEGIN = "\x1b[?2026h"
SYNC_END = "\x1b[?2026l"

Part = tuple[int, int, int, Any]
"""A row, the columns where a strip begins and ends, and the strip."""

APP_STATE = ("_running", "_closed", "_batch_count", "_driver", "_sync_available")
DRIVER_METHODS = (
    "run_input_thread",
    "process_message",
    "start_application_mode",
    "stop_application_mode",
    "suspend_application_mode",
    "resume_application_mode",
    "close",
    "_get_terminal_size",
    "write",
    "flush",
)
STRIP_STATE = ("_segments", "_cell_length")
DRIVER_STATE = ("fileno", "exit_event")

_CALLERS = ("textual.app", "textual.message_pump", "textual.screen")
"""Modules of Textual that run callbacks."""


class Parser(Protocol):
    """What makes events of the text that a terminal sends."""

    def feed(self, data: str) -> Iterable[Message]:
        """The events of this text; "" says that there is no more."""

    def tick(self) -> Iterable[Message]:
        """The events that are due because nothing more came."""


# --- looking --------------------------------------------------------------------------------


def missing(app: object) -> list[str]:
    """What painting by cells needs of Textual and is not as we know it; empty if all is."""
    found = [f"App.{name}" for name in APP_STATE if not hasattr(app, name)]
    if _parameters(getattr(App, "_display", None)) != ["self", "screen", "renderable"]:
        found.append("App._display(screen, renderable)")
    try:
        from textual import _compositor
    except ImportError:
        return [*found, "textual._compositor"]
    for name, parameters in (
        ("LayoutUpdate", ["strips", "region"]),
        ("ChopsUpdate", ["chops", "spans", "chop_ends"]),
    ):
        if _parameters(getattr(_compositor, name, None)) != parameters:
            found.append(f"{name}({', '.join(parameters)})")
    return found


def missing_of_driver() -> list[str]:
    """What our own driver needs of Textual and is not as we know it; empty if all is."""
    try:
        from textual.drivers.linux_driver import LinuxDriver
    except ImportError:
        return ["textual.drivers.linux_driver"]
    found = [name for name in DRIVER_METHODS if not callable(getattr(LinuxDriver, name, None))]
    set_at_first = getattr(LinuxDriver.__init__, "__code__", None)
    names = set_at_first.co_names if set_at_first is not None else ()
    found += [name for name in DRIVER_STATE if name not in names]
    found = [f"LinuxDriver.{name}" for name in found]
    try:
        from textual._xterm_parser import XTermParser
    except ImportError:
        return [*found, "textual._xterm_parser"]
    for name, parameters in (("feed", ["self", "data"]), ("tick", ["self"])):
        if _parameters(getattr(XTermParser, name, None)) != parameters:
            found.append(f"XTermParser.{name}({', '.join(parameters[1:])})")
    return found


def missing_of_bindings(app: object) -> list[str]:
    """What bindings of one node need of Textual and is not as we know it; empty if all is."""
    found = isinstance(getattr(app, "_bindings", None), BindingsMap)
    return [] if found else ["DOMNode._bindings"]


def missing_of_callbacks(app: object) -> list[str]:
    """What running callbacks needs of Textual and is not as we know it; empty if all is."""
    found = [
        f"{module}.invoke"
        for module in _CALLERS
        if not inspect.iscoroutinefunction(getattr(sys.modules.get(module), "invoke", None))
    ]
    return found if hasattr(app, "_pruning") else [*found, "DOMNode._pruning"]


def missing_of_layout() -> list[str]:
    """What telling sizes needs of Textual and is not as we know it; empty if all is."""
    try:
        from textual._compositor import Compositor, ReflowResult
    except ImportError:
        return ["textual._compositor"]
    found = []
    if _parameters(getattr(Compositor, "reflow", None)) != ["self", "parent", "size"]:
        found.append("Compositor.reflow(parent, size)")
    if not hasattr(Compositor(), "_full_map"):
        found.append("Compositor._full_map")
    if "shown" not in _parameters(ReflowResult) or not hasattr(ReflowResult, "_replace"):
        found.append("ReflowResult.shown")
    return found


def _parameters(of: Any) -> list[str]:
    try:
        return list(inspect.signature(of).parameters)
    except (TypeError, ValueError):
        return []


# --- the keyboard ---------------------------------------------------------------------------


def lay_bindings(node: Any, bindings: BindingsMap) -> None:
    """Lay bindings over those of a node's class, as if the class had them.

    Textual has a public way to add some to an app only. Does nothing where `missing_of_bindings`
    names something.
    """
    if not missing_of_bindings(node):
        own = node._bindings.key_to_bindings
        node._bindings = BindingsMap.from_keys({**own, **bindings.key_to_bindings})


def new_parser(debug: bool) -> Parser:
    """A parser of what a terminal sends; only where `missing_of_driver` names nothing."""
    from textual._xterm_parser import XTermParser

    parser: Parser = XTermParser(debug)
    return parser


def close_parser(parser: Parser) -> None:
    """There is no more input."""
    from textual._parser import ParseError

    with suppress(EOFError, ParseError):  # within a sequence: nobody waits for the rest
        for _ in parser.feed(""):
            pass


# --- logging ------------------------------------------------------------------------------


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


# --- what comes late ------------------------------------------------------------------------


def skip_callbacks_of_removed(app: object) -> None:
    """No callback of a widget runs any more once the widget is being removed.

    Textual runs what was put off (`call_after_refresh`, `call_later`, timers, answers of threads)
    of widgets that are on their way out, and has them handle what other widgets say: their children
    are gone by then, and what looks for one ends the app. Textual's own events and messages, which
    a widget needs to leave, are handled as ever. Does nothing where `missing_of_callbacks` names
    something.
    """
    if missing_of_callbacks(app):
        return
    for module in _CALLERS:
        caller: Any = sys.modules[module]
        if not hasattr(caller.invoke, "skips_removed"):
            caller.invoke = _unless_removed(caller.invoke)


def _unless_removed(invoke: Any) -> Any:
    async def invoke_unless_removed(callback: Any, *params: object) -> Any:
        if not any(_is_of_textual(param) for param in params) and _is_removed(callback):
            return None
        return await invoke(callback, *params)

    changed: Any = invoke_unless_removed
    changed.skips_removed = True
    return changed


def _is_of_textual(message: object) -> bool:
    return type(message).__module__ in ("textual.events", "textual.messages")


def _is_removed(callback: Any) -> bool:
    while isinstance(callback, partial):
        callback = callback.func
    owner = getattr(callback, "__self__", None)
    return isinstance(owner, DOMNode) and owner._pruning


# --- sizes ----------------------------------------------------------------------------------


def tell_every_size() -> None:
    """Every new widget is told its size by a Resize, and that it is shown.

    Textual tells those that were not in the last layout. Whoever asks where a widget is, while a
    new one waits for its first layout, has Textual make one of all without telling anybody; in the
    next the new one is known, and is never told. Ours then go on for one line of the screen, and do
    not draw anew what changes below. Does nothing where `missing_of_layout` names something.
    """
    if missing_of_layout():
        return
    from textual._compositor import Compositor

    changed: Any = Compositor
    as_it_comes = changed.reflow
    if hasattr(as_it_comes, "tells_all"):
        return  # of an app before in this process
    told: WeakKeyDictionary[Any, WeakSet[Any]] = WeakKeyDictionary()
    """The widgets of the last layout that was told of, by what makes them. Held weakly: widgets
    lead to what lays them out, and no screen would ever go."""

    @wraps(as_it_comes)
    def reflow(compositor: Any, parent: Any, size: Any) -> Any:
        result = as_it_comes(compositor, parent, size)
        before = told.get(compositor, ())
        widgets = set(compositor._full_map)
        untold = {widget for widget in widgets if widget not in before}
        told[compositor] = WeakSet(widgets)
        return result if untold <= result.shown else result._replace(shown=result.shown | untold)

    new: Any = reflow
    new.tells_all = True
    changed.reflow = new


# --- painting -------------------------------------------------------------------------------


def missing_of_strips() -> list[str]:
    """What making tables of drawn lines late needs of Textual; empty if all is as we know it."""
    if _parameters(Strip.__init__) != ["self", "segments", "cell_length"]:
        return ["Strip(segments, cell_length)"]
    made = Strip([], 0)
    rest = [name for name in Strip.__slots__ if name not in (*STRIP_STATE, *_tables_of(made))]
    return [f"Strip.{name}" for name in rest if getattr(made, name, "") is not None]


def _tables_of(strip: Strip) -> dict[str, int]:
    """The bound of each table that a drawn line has, by its name."""
    tables = {name: getattr(strip, name, None) for name in Strip.__slots__}
    return {
        name: getattr(table, "_maxsize", 0)
        for name, table in tables.items()
        if isinstance(table, FIFOCache)
    }


def make_tables_of_strips_late() -> None:
    """A drawn line has the tables that are asked for, each made when that is done first.

    Textual gives each line seven tables of what was made of it, cropped or coloured, of which most
    stay empty: with their own tables they are fourteen of the sixteen objects that an empty line
    is, and there are thousands of lines. Does nothing where `missing_of_strips` names something.
    """
    changed: Any = Strip
    if hasattr(changed.__init__, "makes_tables_late") or missing_of_strips():
        return
    bounds = _tables_of(Strip([], 0))
    nothing = [name for name in Strip.__slots__ if name not in (*STRIP_STATE, *bounds)]

    def begin(self: Any, segments: Iterable[Segment], cell_length: int | None = None) -> None:
        self._segments = list(segments)
        self._cell_length = cell_length
        for name in nothing:
            setattr(self, name, None)

    def table(self: Any, name: str) -> Any:
        # Python asks here for what a line does not have.
        if name not in bounds:
            raise AttributeError(name)
        made: FIFOCache[Any, Any] = FIFOCache(bounds[name])
        setattr(self, name, made)
        return made

    new: Any = begin
    new.makes_tables_late = True
    changed.__init__ = new
    changed.__getattr__ = table


def forget_drawn() -> None:
    """Let go of lines that were drawn for widgets that are gone.

    Textual remembers two colours for each cache of lines, and by that keeps a thousand such caches.
    """
    try:
        from textual._styles_cache import StylesCache
    except ImportError:
        return
    clear = getattr(getattr(StylesCache, "get_inner_outer", None), "cache_clear", None)
    if clear is not None:
        clear()


def forget_answers(at_most: int) -> None:
    """Empty each table of more answers than that which Textual and Rich keep for a function.

    There are fifty such tables, of regions, sizes, texts and styles, and each has a bound:
    some of 4,096, some of 16,384. A program that runs for days fills them all.
    """
    for answers in _tables_of_answers(len(sys.modules)):
        if answers.cache_info().currsize > at_most:
            answers.cache_clear()


@lru_cache(maxsize=1)
def _tables_of_answers(modules: int) -> tuple[Any, ...]:
    """All such functions; looked for again once more modules are imported."""
    named = [(name, module) for name, module in sys.modules.items() if module is not None]
    ours = [module for name, module in named if name.partition(".")[0] in ("textual", "rich")]
    kinds = {id(kind): kind for module in ours for kind in vars(module).values() if _is_kind(kind)}
    found = {}
    for holder in (*ours, *kinds.values()):
        for value in vars(holder).values():
            answers = getattr(value, "fget", None) or getattr(value, "__func__", value)
            if isinstance(answers, _lru_cache_wrapper):
                found[id(answers)] = answers
    return tuple(found.values())


def _is_kind(value: object) -> bool:
    return isinstance(value, type) and value.__module__.partition(".")[0] in ("textual", "rich")


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
    return bool(app._running and not app._closed and app._driver is not None and not app.is_inline)


def draw_now(screen: Any) -> None:
    """Draw what changed on this screen, without waiting for its timer of 60 beats a second.

    Where something waits to be called after a refresh the timer comes soon enough: that refresh may
    still have to learn of a change. So it does where Textual has no such method any more.
    """
    draw = getattr(screen, "_on_timer_update", None)
    changed = any(
        getattr(screen, name, False)
        for name in ("_dirty_widgets", "_layout_required", "_repaint_required", "_scroll_required")
    )
    if callable(draw) and changed and not getattr(screen, "_callbacks", ()):
        draw()


def is_batching(app: Any) -> bool:
    return bool(app._batch_count)


def driver(app: Any) -> Driver | None:
    """What reads and writes for the app; None before it runs, and where Textual has no such."""
    found: Driver | None = getattr(app, "_driver", None)
    return found


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
