"""The box of a question: what would be done, fields, a line about one of them, and buttons.

The parts share the rows there are. What one reads and what one fills in scroll each by itself, so
that going to a field never takes the words out of sight, and the buttons are always there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, TypeVar

from textual import events
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.scrollbar import ScrollBarRender
from textual.widget import Widget
from textual.widgets import Button, Static

from tui.bindings import bind
from tui.keys import hint
from tui.screens.fields import ChoiceField, ParameterField, field_of
from tui.view import ModalView
from tui.widgets.box import EDGES, Box, without_slivers
from tui.widgets.cells import width_of
from tui.widgets.form_fields import CheckboxField
from tui.widgets.header import HeaderLine

T = TypeVar("T")

NARROW, WIDTH, WIDE = 60, 74, 96
"""Cells of the box: at least and at most, where there is room, and what it has unless it says what
it needs."""
BESIDE = 4
"""Cells of the box beside what is in it: border and padding."""
FRAME = 3
"""Rows of the box that are there at any size: border, buttons."""
WARNING = "$text-warning"
"""The style of a line that warns."""
COMMAND_ROWS = 3
"""Rows that the command may take where there is room."""
AIR = 3
"""Blank rows between the parts, where there is room."""
ROOMY = 20
"""Rows of the screen from which on there is."""
IN_BUTTONS = (
    ("dialog.next", "next"),
    ("dialog.press", "presses"),
    ("dialog.submit", "does it"),
    ("dialog.cancel", "cancels"),
)
"""What the box says of its keys while a button has the focus, what it can do without first."""
IN_FIELDS = (("dialog.field-done", "next field"), *IN_BUTTONS[2:])
"""The same while a field has the focus."""
IN_CHECKBOXES = (("dialog.tick", "ticks"), *IN_FIELDS)
"""The same while a checkbox has the focus."""
NAMES = 24
"""Cells at most that the names of fields take."""


def key_words(keys: Sequence[tuple[str, str]], cells: int, *, has_more: bool) -> str:
    """The keys that there is room to tell, first of all how to read what does not fit."""
    first = [f"{hint('dialog.read-on')} reads on"] if has_more else []
    told = [f"{hint(binding)} {what}" for binding, what in keys]
    for skipped in range(len(told)):
        words = "  ".join([*first, *told[skipped:]])
        if len(words) <= cells:
            return words
    return ""


def put(box: Static, text: str, *, warns: str = "") -> None:
    """Have a text in a box; what takes as many rows as before moves nothing else.

    Lines that begin with the sign `warns` have the colour of warnings.
    """
    if str(box.content) == text:
        return
    rows = box.size.height
    lines = text.split("\n")
    content = Content("\n").join(
        Content.styled(line, WARNING)
        if warns and line.lstrip().startswith(warns)
        else Content(line)
        for line in lines
    )
    box.update(content, layout=False)
    box.clear_cached_dimensions()
    if not box.display:
        return  # what is not there takes no room
    if not rows or box.get_content_height(box.size, box.size, box.size.width) != rows:
        box.refresh(layout=True)


class PlainScrollBar(ScrollBarRender):
    """A scroll bar of blanks in colours, for terminals that draw nothing finer."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * len(ScrollBarRender.VERTICAL_BARS)


class Dialog(ModalView[T]):
    """A box with `#dialog-body`, `#dialog-choices`, `#dialog-about` and `#dialog-buttons`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("dialog.before", "app.focus_previous", system=True),
        bind("dialog.after", "app.focus_next", system=True),
        bind("dialog.read-on", "read_on(1)", "Read on"),
        bind("dialog.read-back", "read_on(-1)", "Read back"),
    ]

    most_fields = 0
    """Fields that there is room for at a time."""

    def draw_scrollbars(self, *, ascii: bool) -> None:
        """Of nothing but ASCII where that is asked for."""
        if ascii:
            for scroll in self.query(VerticalScroll):
                scroll.vertical_scrollbar.renderer = PlainScrollBar  # type: ignore[misc]

    def heed_scrolling(self) -> None:
        """Tell the keys anew when there comes to be more than fits, and when that ends."""
        body = self.query_one("#dialog-body")
        self.watch(body, "show_vertical_scrollbar", self.tell_keys, init=False)

    def on_resize(self, event: events.Resize) -> None:
        """The buttons are always on the screen; what does not fit above them scrolls."""
        self.share_rows()

    @property
    def wanted_width(self) -> int:
        """Cells that what it says would like to have."""
        return WIDTH - BESIDE

    @property
    def more_keys(self) -> tuple[tuple[str, str], ...]:
        """Keys of its own that it tells before the others."""
        return ()

    @property
    def spare_keys(self) -> tuple[tuple[str, str], ...]:
        """Keys of its own that it tells where there is room."""
        return ()

    @property
    def fields(self) -> Sequence[ChoiceField | ParameterField]:
        """The fields, in the order in which Enter goes through them: choices first."""
        return ()

    def share_rows(self) -> None:
        """What is read gets the rows that the fields leave, and they leave it half of them."""
        height = self.size.height
        is_tight = height < ROOMY
        fields = len(self.fields)
        box = self.query_one(Box)
        wanted = max(NARROW, min(self.wanted_width + BESIDE, WIDE))
        width = without_slivers(wanted, self.size.width)
        if box.styles.width is None or box.styles.width.value != width:
            box.styles.width = width
        names = list(self.query(".parameter-name").results(Static))
        # A value has the room that no name needs.
        widest = max((Content(str(each.content)).cell_length for each in names), default=0)
        for each in names:
            each.styles.width = min(NAMES, widest + 2)
        title = self.query_one("#dialog-title", Static)
        name = str(title.content)
        # What would be done to is told whole: a name that its edge would cut stands in the box.
        is_long = width_of(name) > width - EDGES
        title.display = is_long
        box.show_title("" if is_long else name)
        named = -(-width_of(name) // (width - BESIDE)) if is_long else 0
        box.set_class(is_tight, "-tight")
        box.set_class(not fields, "-no-fields")
        around = FRAME + named + (1 if fields else 0) + (1 if is_tight else AIR + COMMAND_ROWS)
        room = max(2, height - around)
        most = self.most_fields = min(fields, room // 2)
        self.query_one("#dialog-choices").styles.max_height = max(1, most)
        self.query_one("#dialog-body").styles.max_height = max(1, room - most)
        self.tell_keys()

    def tell_keys(self) -> None:
        """Which keys there are, first of all how to read what does not fit."""
        if self.is_attached:
            has_more = self.query_one("#dialog-body").show_vertical_scrollbar
            box = self.query_one(Box)
            wanted = box.styles.width
            wide = int(wanted.value) if wanted is not None else WIDTH
            cells = min(wide, self.size.width) - EDGES
            field = field_of(self.focused)
            keys = IN_BUTTONS if field is None else IN_FIELDS
            if field is not None and isinstance(field.entry, CheckboxField):
                keys = IN_CHECKBOXES
            keys = (*self.spare_keys, *keys[:-1], *self.more_keys, keys[-1])
            box.show_keys(key_words(keys, cells, has_more=has_more))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """What is known of the field one is in, and its keys."""
        self.tell_about()
        self.tell_keys()

    def tell_about(self) -> None:
        """Say what is known of the field with the focus; nothing of buttons."""
        field = field_of(self.focused)
        parts = [(field.about, "muted")] if field is not None else []
        self.query_one("#dialog-about", HeaderLine).show(parts)

    def focus_after(self, entry: Widget, button: Button) -> None:
        """From a field on to the next one; from the last to the button, if it can be pressed."""
        fields, field = self.fields, field_of(entry)
        later = fields[fields.index(field) + 1 :] if field in fields else ()
        following: Widget = later[0].entry if later else button
        if not following.disabled:
            following.focus()

    def action_read_on(self, direction: int) -> None:
        """Read what is not in sight."""
        body = self.query_one("#dialog-body")
        body.scroll_relative(y=direction * max(1, body.size.height - 1), animate=False)
