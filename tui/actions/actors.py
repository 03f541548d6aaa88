"""Labels for who did something, as Argo sets them (argo.md 5.0).

Without a known caller, labels of an earlier action are removed, since they would be wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tui.actions.base import Context
from tui.actions.manifests import labels_of, with_labels, without
from tui.domain.workflow import LABEL, Manifest
from tui.ports.identity import Caller

ACTION = f"{LABEL}action"
ACTORS = tuple(f"{LABEL}{name}" for name in ("actor", "actor-email", "actor-preferred-username"))
CREATORS = tuple(
    f"{LABEL}{name}" for name in ("creator", "creator-email", "creator-preferred-username")
)
LONGEST = 63
"""Characters that are allowed in the value of a label."""


def label_value(text: str) -> str:
    """A text as a label value: its last characters, with dashes for invalid ones."""
    value = re.sub("[^-_.a-zA-Z0-9]", "-", text)[-LONGEST:]
    return re.sub("^[^a-zA-Z0-9]*|[^a-zA-Z0-9]*$", "", value)


def made_by(caller: Caller) -> dict[str, str]:
    """The labels that say of an object that this caller made it."""
    known = (caller.subject, caller.email.replace("@", ".at.", 1), caller.preferred_username)
    told = {key: label_value(text) for key, text in zip(CREATORS, known, strict=True)}
    return {key: value for key, value in told.items() if value}


def by_actor(manifest: Manifest, context: Context, action: str) -> Manifest:
    """A copy labelled with the caller and the action; `action` is "" if it has no name."""
    labels = _labelled(labels_of(manifest), context, ACTORS, action)
    return manifest if labels == labels_of(manifest) else with_labels(manifest, labels)


def actor_labels(context: Context, action: str) -> dict[str, str]:
    """The same labels for a patch; empty without a caller."""
    told = {key: label_value(text) for key, text in _told(context, ACTORS) if text}
    return {**told, ACTION: action} if context.caller is not None and action else told


def by_creator(labels: Mapping[str, str], context: Context) -> dict[str, str]:
    """The labels of a new object, with its creator."""
    return _labelled(labels, context, CREATORS, "")


def resumed_by(context: Context) -> str:
    """`Resumed by: map[…]`, as Go prints a map; "" without a caller."""
    caller = context.caller
    if caller is None:
        return ""
    known = (
        ("Email", caller.email),
        ("PreferredUsername", caller.preferred_username),
        ("User", caller.subject),
    )
    return f"Resumed by: map[{' '.join(f'{word}:{text}' for word, text in known if text)}]"


def _labelled(
    labels: Mapping[str, str], context: Context, keys: tuple[str, ...], action: str
) -> dict[str, str]:
    done = action if context.caller is not None else ""
    told = [*_told(context, keys), (ACTION, done)]
    new = without(labels, *(key for key, text in told if not text))
    # What is left of a text may be nothing; then Argo leaves the label as it was.
    new.update({key: value for key, text in told if text and (value := label_value(text))})
    return new


def _told(context: Context, keys: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Label → value; "" for what is unknown."""
    caller = context.caller
    known = (caller.subject, caller.email, caller.preferred_username) if caller else ("", "", "")
    subject, email, name = known
    return zip(keys, (subject, email.replace("@", ".at.", 1), name), strict=True)
