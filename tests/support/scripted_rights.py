"""What an account may do, as a test says it.

source.ports[Rights] = rights = ScriptedRights(argo=VIEWER)
rights.rules["argo"] = EVERYTHING        # granted; known once somebody asks anew
rights.asked                             # what the app wanted to know
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tui.domain.rights import Permissions, Rule
from tui.ports.operations import Operation
from tui.ports.rights import MOST_REQUESTS, Wanted
from tui.sources.kubernetes_rights import needed

ARGO = ("argoproj.io",)
EVERYTHING = (Rule(("*",), ("*",), ("*",)),)
VIEWER = (Rule(("get", "list", "watch"), ARGO, ("*",)),)


def viewer_and(*verbs: str, on: str = "workflows", group: str = "argoproj.io") -> tuple[Rule, ...]:
    """A viewer with some more verbs."""
    return (*VIEWER, Rule(verbs, (group,), (on,)))


class Asked(NamedTuple):
    """One question of the app."""

    namespace: str
    wanted: tuple[Wanted, ...]
    anew: bool
    most: int


class ScriptedRights:
    """A rights port that knows the rules of some namespaces, and is asked for each once."""

    def __init__(self, **rules: tuple[Rule, ...]) -> None:
        """The rules, by namespace; of others nothing can be known."""
        self.rules = rules
        self.asked: list[Asked] = []
        self._known: dict[str, Permissions] = {}

    def known(self, namespace: str) -> Permissions:
        return self._known.get(namespace, Permissions(namespace))

    def needed(self, operation: Operation) -> tuple[Wanted, ...]:
        return needed(operation)

    def may(self, namespace: str, wanted: Wanted) -> bool:
        rules = self.rules.get(namespace, ())
        return Permissions(namespace, rules, True).allows(*wanted) is True

    def learn(
        self,
        namespace: str,
        wanted: Sequence[Wanted] = (),
        *,
        anew: bool = False,
        most: int = MOST_REQUESTS,
    ) -> Permissions:
        self.asked.append(Asked(namespace, tuple(wanted), anew, most))
        if anew or namespace not in self._known:
            rules = self.rules.get(namespace)
            self._known[namespace] = Permissions(namespace, rules or (), rules is not None)
        return self.known(namespace)
