"""What has to be typed before something is done, so that a hand that slips does nothing.

Of more than ten their number; in a protected context its name; and where the settings ask for that,
the name of what is acted on. One rule for everything that changes a cluster: the question asks it
(`screens/action.py`), no action of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.actions.base import Action, Choice
from tui.actions.verdict import Subject
from tui.context import AppContext

MANY = 10
"""Targets; before something is done to more, their number is typed."""
PROOF = "typed-name"
"""The field for it."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What is typed, and what the field for it says."""

    label: str
    help: str
    text: str = ""
    """"" for the number of those that it will be done to, which the plans tell."""

    def wanted(self, planned: int) -> str:
        """The text that is to be typed when it will be done to so many."""
        return self.text or str(planned)

    @property
    def field(self) -> Choice:
        """The field."""
        return Choice(PROOF, self.label, kind="text", help=self.help)


def proof_of(
    context: AppContext, action: Action, subjects: Sequence[Subject], *, left_out: int, nouns: str
) -> Proof | None:
    """What is typed before this is done to these; None for nothing.

    `left_out` were meant, too, and are known to be none that it can be done to.
    """
    if action.consequence == "none":
        return None
    number = Proof(f"Type how many {nouns}", "their number")
    if len(subjects) > MANY:
        return number
    places = dict.fromkeys(context.connection_id_of(one.target.key) for one in subjects)
    destroys = action.consequence == "destroys"
    rules = [context.for_place(each) for each in places]
    if any(rule.wants_name(action.id, destroys=destroys) for rule in rules):
        name = subjects[0].target.key.name
        is_one = len(subjects) + left_out == 1
        return Proof("Type its name", name, name) if is_one and name else number
    names = [context.place_called(each) for each in places if context.is_protected(each)]
    protected = ",".join(names)
    return Proof("Type the context's name", protected, protected) if protected else None
