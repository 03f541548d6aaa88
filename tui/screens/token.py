"""The question for a token of an Argo Server: typed or pasted, and never shown.

A token is a password. It is drawn as dots, goes to the login of its connection and nowhere else:
no history, no session, no settings. What a terminal pastes may be broken into lines, or have
control characters in it; no token has either.
"""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Button, Input, Static

from tui.bindings import bind
from tui.domain.text import clean
from tui.errors import InputError
from tui.keys import hint
from tui.ports.login import TokenLogin
from tui.view import ModalView
from tui.widgets.box import Box
from tui.widgets.cells import plain
from tui.widgets.form_fields import FormButton

WHERE = "argo auth token prints one; so does the browser's cookie `authorization`"


def pasted(text: str) -> str:
    """A token as it was before a terminal broke it into lines."""
    return "".join(each for each in text if each.isprintable()).strip()


class HiddenInput(Input, inherit_css=True):
    """A field of one line that never shows what is in it, and gives it to no clipboard."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(password=True, select_on_focus=False, compact=True, id=id)
        self.cursor_blink = False

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.insert_text_at_cursor(pasted(event.text))

    def action_copy(self) -> None:
        """Not this."""

    def action_cut(self) -> None:
        """Not this."""


class TokenScreen(ModalView[bool]):
    """Asks for a token and logs in with it. Answers whether it did."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("dialog.cancel", "cancel", "Cancel", shown=True),
        bind("dialog.submit", "log_in", "Log in", shown=True),
        bind("dialog.before", "app.focus_previous", system=True),
        bind("dialog.after", "app.focus_next", system=True),
    ]

    token = query_one("#token-text", HiddenInput)

    def __init__(self, login: TokenLogin, name: str, *, ascii: bool = False) -> None:
        """`name` is what the server is called."""
        super().__init__()
        self._login = login
        self._name = name
        self._ascii = ascii

    def compose(self) -> ComposeResult:
        """The question, the field, what is wrong with it, and two buttons."""
        with Box(id="dialog", width=74, ascii=self._ascii):
            yield HiddenInput(id="token-text")
            yield Static(self._text(WHERE), id="save-told")
            with Horizontal(id="dialog-buttons"):
                yield FormButton("Cancel", id="no")
                yield FormButton("Log in", id="yes")

    def _text(self, text: str) -> Content:
        return Content(plain(clean(text), self._ascii))

    def on_mount(self) -> None:
        """The field has the focus."""
        box = self.query_one(Box)
        box.show_title(f"A token for {self._name}")
        box.show_keys(f"{hint('field.submit')} logs in  {hint('dialog.cancel')} cancels")
        self.token.focus()

    @on(Input.Submitted)
    @on(Button.Pressed, "#yes")
    def action_log_in(self) -> None:
        """Log in with what is in the field."""
        text, self.token.value = self.token.value, ""
        try:
            self._login.paste(text)
        except InputError as error:
            self.query_one("#save-told", Static).update(self._text(error.what))
        else:
            self.dismiss(True)

    @on(Button.Pressed, "#no")
    def action_cancel(self) -> None:
        """Leave everything as it is."""
        self.token.value = ""
        self.dismiss(False)
