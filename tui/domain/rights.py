"""What an account may do: rights, the rules of RBAC, and whether a rule covers a right.

The matching is that of Kubernetes' RBAC authorizer. Rules only allow; nothing is denied by a rule.
So what no rule covers is denied if the rules are complete, and not known if they are not: other
authorizers (webhook, node) answer questions, but do not tell their rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

ANY = "*"
READING = frozenset({"get", "list", "watch"})
"""The verbs that change nothing."""


class Right(NamedTuple):
    """The right to do one thing to objects of one type."""

    verb: str
    """`get`, `list`, `watch`, `create`, `update`, `patch`, `delete` …"""
    group: str
    """The API group; "" for the core API."""
    resource: str
    """The plural: `workflows`."""
    subresource: str = ""
    """`log` of `pods/log`."""
    of_cluster: bool = False
    """Whether these objects are in no namespace. A role of a namespace says nothing of them."""

    @property
    def path(self) -> str:
        """Resource and subresource, as rules name them: `pods/log`."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource

    @property
    def what(self) -> str:
        """The objects, as kubectl names them: `workflows.argoproj.io`, `pods/log`."""
        name = f"{self.resource}.{self.group}" if self.group else self.resource
        return f"{name}/{self.subresource}" if self.subresource else name

    @property
    def is_reading(self) -> bool:
        """Whether it changes nothing."""
        return self.verb in READING


class Rule(msgspec.Struct, frozen=True):
    """Verbs on resources of API groups, as a role has them; `*` stands for any."""

    verbs: tuple[str, ...]
    groups: tuple[str, ...]
    resources: tuple[str, ...]
    """Plurals; `pods/log` is a subresource, `*/log` that of any resource, `*` everything."""
    names: tuple[str, ...] = ()
    """The only objects it is about; empty for all of them."""

    def covers(self, right: Right, name: str | None = "") -> bool:
        """Whether it allows this to the object of this name.

        "" is no object in particular, which a rule about named objects never covers (a list, a
        create); None is any object at all: whether there can be one it is allowed to.
        """
        return (
            (ANY in self.verbs or right.verb in self.verbs)
            and (ANY in self.groups or right.group in self.groups)
            and self._has_resource(right)
            and (not self.names or name is None or name in self.names)
        )

    def _has_resource(self, right: Right) -> bool:
        wanted = {ANY, right.path}
        if right.subresource:
            wanted.add(f"{ANY}/{right.subresource}")
        return not wanted.isdisjoint(self.resources)


class Permissions(msgspec.Struct, frozen=True):
    """What is known of what an account may do in a namespace."""

    namespace: str = ""
    """"" is every namespace at once, and objects that are in none."""
    rules: tuple[Rule, ...] = ()
    is_complete: bool = False
    """Whether nothing is allowed but what the rules cover."""
    answers: Mapping[tuple[Right, str], bool] = msgspec.field(default_factory=dict)
    """What was asked one by one, by right and name of the object ("" for none in particular)."""
    trouble: str = ""
    """Why the rules could not be had, or not all of them; "" if they could."""

    def allows(self, right: Right, name: str | None = "") -> bool | None:
        """Whether a right is there, for the object of this name; None if that is not known.

        `name` is as in `Rule.covers`.
        """
        answer = self.answers.get((right, name or ""))
        if answer is not None and (answer or name is not None):
            return answer
        if self.answers.get((right, "")):
            return True
        if any(rule.covers(right, name) for rule in self.rules):
            # A role of this namespace gives no right to what is in no namespace.
            return None if right.of_cluster and self.namespace else True
        return False if self.is_complete or answer is False else None

    def lacking(self, rights: Iterable[Right], name: str | None = "") -> tuple[Right, ...]:
        """Those of the rights that are known not to be there."""
        return tuple(right for right in rights if self.allows(right, name) is False)

    def unknown(self, rights: Iterable[Right], name: str | None = "") -> tuple[Right, ...]:
        """Those of the rights of which it is not known."""
        return tuple(right for right in rights if self.allows(right, name) is None)


def words_of(rights: Iterable[Right]) -> str:
    """Rights in a few words: `get, list on pods and patch on workflows.argoproj.io`."""
    verbs: dict[str, list[str]] = {}
    for right in dict.fromkeys(rights):
        verbs.setdefault(right.what, []).append(right.verb)
    alike: dict[str, list[str]] = {}
    for what, some in verbs.items():
        alike.setdefault(", ".join(some), []).append(what)
    return " and ".join(f"{some} on {', '.join(whats)}" for some, whats in alike.items())


def needs(lacking: Sequence[Right], namespace: str) -> str:
    """What to ask an administrator for: `needs patch on workflows.argoproj.io in argo`."""
    if all(right.of_cluster for right in lacking):
        return f"needs {words_of(lacking)}"
    where = f"in {namespace}" if namespace else "in all namespaces"
    return f"needs {words_of(lacking)} {where}"
