"""A yes or no, with no as what Enter means."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Input, Static

from tui.bindings import bind
from tui.domain.text import clean
from tui.keys import hint
from tui.messages import Said
from tui.screens.fields import ChoiceField
from tui.screens.proof import PROOF, Proof
from tui.view import ModalView
from tui.widgets.box import Box
from tui.widgets.form_fields import FormButton


class ConfirmScreen(ModalView[bool]):
    """One question."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("dialog.yes", "yes", "Yes"),
        bind("dialog.no", "no", "No"),
        bind("dialog.cancel", "no", "No"),
        bind("dialog.before", "app.focus_previous", system=True),
        bind("dialog.after", "app.focus_next", system=True),
    ]

    def __init__(
        self,
        question: str,
        *,
        yes: str,
        keys: str = "",
        proof: Proof | None = None,
        refusal: Callable[[ConfirmScreen], str] | None = None,
    ) -> None:
        """`keys` is what the box says of its keys; `proof` is what has to be typed for a yes.
        `refusal` says why what was typed is no yes, or ""."""
        super().__init__()
        self._refusal = refusal
        self.has_stray_letters = False
        """Whether letters were typed into it that mean nothing here."""
        self._proof = proof
        self._keys = keys
        self._question = question
        self._yes = yes

    def compose(self) -> ComposeResult:
        """Question and two buttons."""
        with Box(id="dialog", width=74):
            yield Static(Content(clean(self._question)), id="dialog-title")
            if self._proof is not None:
                yield ChoiceField(self._proof.field, "", ascii=False)
            with Horizontal(id="dialog-buttons"):
                yield FormButton("Cancel", id="no")
                disabled = self._proof is not None
                yield FormButton(self._yes, id="yes", variant="primary", disabled=disabled)

    def on_mount(self) -> None:
        """Cancel has the focus."""
        self.query_one(Box).show_keys(self._keys)
        self.query_one("#no" if self._proof is None else f"#choice-{PROOF}").focus()

    @property
    def _is_proved(self) -> bool:
        if self._proof is None:
            return True
        typed = self.query_one(f"#choice-{PROOF}", Input).value.strip()
        return typed == self._proof.wanted(1)

    @on(Input.Changed)
    def heed_proof(self) -> None:
        """Yes can be said once it is typed."""
        self.query_one("#yes", Button).disabled = not self._is_proved

    @on(Button.Pressed, "#yes")
    def action_yes(self) -> None:
        """Do what is asked about."""
        refusal = self._refusal(self) if self._refusal is not None else ""
        if refusal:
            self.post_message(Said(refusal, "warning"))
        elif self._is_proved:
            self.dismiss(True)

    def heed_stray_letter(self) -> str:
        """Somebody types a word, and its end would be an answer."""
        self.has_stray_letters = True
        return ""

    @on(Button.Pressed, "#no")
    def action_no(self) -> None:
        """Leave all as it is."""
        self.dismiss(False)


class LeaveScreen(ConfirmScreen):
    """Whether to leave: asked once, so the key that asked is a yes when it comes again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("dialog.leave", "yes", "Leave"),
    ]

    def __init__(self, at_stake: str = "") -> None:
        """`at_stake` is what goes on in the background, and ends with the program."""
        keys = f"{hint('dialog.leave')} leaves  {hint('dialog.cancel')} stays"
        ends = f" That ends {at_stake}: what is not done is lost." if at_stake else ""
        super().__init__(f"Leave argo-tui?{ends}", yes="Leave", keys=keys)
