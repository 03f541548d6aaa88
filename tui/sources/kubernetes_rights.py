"""What our account may do, by the reviews of Kubernetes' authorization API.

A SelfSubjectRulesReview tells the rules of a namespace in one request. Where it is incomplete
(a webhook or node authorizer does not tell its rules), single SelfSubjectAccessReviews are asked
for what is about to matter. Answers are kept for five minutes, and doubted once anything was
refused.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec

from tui.domain.rights import Permissions, Right, Rule
from tui.errors import Missing, Refused, Rejected, SourceError, Unauthenticated
from tui.ports.operations import Call, Change, Operation
from tui.ports.rights import MOST_REQUESTS, Wanted
from tui.sources.answers import UNREADABLE
from tui.sources.cluster import Cluster
from tui.sources.kubernetes_operations import calls
from tui.sources.paths import ACCESS_REVIEWS, RULES_REVIEWS, resource_of
from tui.sources.transport import not_kubernetes

KEPT = 300.0
"""Seconds that an answer is good for."""
OF_THIS_MOMENT = 2.0
"""Seconds within which nobody asks anew, however often a denied key is pressed."""
API = "authorization.k8s.io/v1"
VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
"""What rules call the methods of writes."""

T = TypeVar("T")


class _ResourceRule(msgspec.Struct, rename="camel"):
    verbs: tuple[str, ...] | None = None
    api_groups: tuple[str, ...] | None = None
    resources: tuple[str, ...] | None = None
    resource_names: tuple[str, ...] | None = None


class _RulesStatus(msgspec.Struct, rename="camel"):
    resource_rules: tuple[_ResourceRule, ...] | None = None
    incomplete: bool = False
    evaluation_error: str = ""


class _RulesReview(msgspec.Struct):
    status: _RulesStatus = msgspec.field(default_factory=_RulesStatus)


class _AccessStatus(msgspec.Struct, rename="camel"):
    allowed: bool = False
    denied: bool = False


class _AccessReview(msgspec.Struct):
    status: _AccessStatus = msgspec.field(default_factory=_AccessStatus)


class _Kept(NamedTuple):
    """What was answered, when, and how many requests had been refused by then."""

    permissions: Permissions
    at: float
    refused: int


class KubernetesRights:
    """The rights port of one cluster."""

    def __init__(self, cluster: Cluster, *, now: Callable[[], float] = time.monotonic) -> None:
        """`now` is in seconds, from any beginning."""
        self._transport = cluster.transport
        self._now = now
        self._asking = threading.Lock()
        """Held by whoever asks, so that several who want to know ask once."""
        self._kept: dict[str, _Kept] = {}

    def known(self, namespace: str) -> Permissions:
        """What was answered last."""
        kept = self._kept.get(namespace)
        return kept.permissions if kept is not None else Permissions(namespace)

    def needed(self, operation: Operation) -> tuple[Wanted, ...]:
        """The right to each of its calls."""
        return needed(operation)

    def learn(
        self,
        namespace: str,
        wanted: Sequence[Wanted] = (),
        *,
        anew: bool = False,
        most: int = MOST_REQUESTS,
    ) -> Permissions:
        """The rules of the namespace, then what they leave open. Raises: SourceError."""
        with self._asking:
            kept = self._kept.get(namespace)
            if kept is None or not self._is_good(kept, OF_THIS_MOMENT if anew else KEPT):
                kept = _Kept(self._rules(namespace), self._now(), self._refused)
                most -= 1 if namespace else 0
            found = kept.permissions
            answers = dict(found.answers)
            for right, name in dict.fromkeys(wanted):
                if most > 0 and found.allows(right, name) is None:
                    most -= 1
                    allowed = self._told(namespace, right, name)
                    if allowed is not None:
                        answers[right, name] = allowed
            kept = kept._replace(permissions=msgspec.structs.replace(found, answers=answers))
            self._kept[namespace] = kept
            return kept.permissions

    def may(self, namespace: str, wanted: Wanted) -> bool:
        """One SelfSubjectAccessReview. Raises: SourceError."""
        right, name = wanted
        attributes = {
            "namespace": "" if right.of_cluster else namespace,
            "verb": right.verb,
            "group": right.group,
            "resource": right.resource,
            "subresource": right.subresource,
            "name": name,
        }
        spec = {"resourceAttributes": {key: value for key, value in attributes.items() if value}}
        review = self._review(ACCESS_REVIEWS, "SelfSubjectAccessReview", spec, _AccessReview)
        return review.status.allowed and not review.status.denied

    @property
    def _refused(self) -> int:
        return self._transport.health.refused

    def _is_good(self, kept: _Kept, seconds: float) -> bool:
        return self._now() - kept.at < seconds and kept.refused == self._refused

    def _rules(self, namespace: str) -> Permissions:
        if not namespace:
            return Permissions()
        spec = {"namespace": namespace}
        try:
            review = self._review(RULES_REVIEWS, "SelfSubjectRulesReview", spec, _RulesReview)
        except _NOT_TOLD as error:
            _raise_if_logged_out(error)
            return Permissions(namespace, trouble=error.what)
        status = review.status
        trouble = status.evaluation_error
        if status.incomplete and not trouble:
            trouble = "the cluster does not tell all of its rules"
        return Permissions(
            namespace,
            tuple(map(_rule, status.resource_rules or ())),
            is_complete=not status.incomplete,
            trouble=trouble,
        )

    def _told(self, namespace: str, right: Right, name: str) -> bool | None:
        """Ask for one right; None where the cluster does not say."""
        try:
            return self.may(namespace, Wanted(right, name))
        except _NOT_TOLD as error:
            _raise_if_logged_out(error)
            return None

    def _review(self, path: str, kind: str, spec: dict[str, Any], review: type[T]) -> T:
        body = {"apiVersion": API, "kind": kind, "spec": spec}
        answer = self._transport.send("POST", path, body=body)
        try:
            return msgspec.json.decode(answer, type=review)
        except UNREADABLE as error:
            raise not_kubernetes(error) from error


def needed(operation: Operation) -> tuple[Wanted, ...]:
    """The rights that an operation takes on any cluster, each once; pure."""
    return tuple(dict.fromkeys(map(_needed, operation.changes, calls(operation))))


def _needed(change: Change, call: Call) -> Wanted:
    """What a change takes; a name is known only of what is there already."""
    verb, resource = VERBS[call.method], resource_of(change.key.kind)
    right = Right(verb, resource.group, resource.plural, of_cluster=not resource.namespaced)
    return Wanted(right, "" if verb == "create" else change.key.name)


_NOT_TOLD = (Refused, Missing, Rejected)
"""What a server answers that does not let us ask, or cannot be asked."""


def _raise_if_logged_out(error: SourceError) -> None:
    """A login that is refused says nothing of rights."""
    if isinstance(error, Unauthenticated):
        raise error


def _rule(told: _ResourceRule) -> Rule:
    return Rule(
        told.verbs or (), told.api_groups or (), told.resources or (), told.resource_names or ()
    )
