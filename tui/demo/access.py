"""Who may do what: tokens, users and their rules (argo.md 10).

There are an administrator, an operator, a viewer and an account with the least rights Argo's
documents ask for, so that every answer of 403 a client must live with can be had.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from tui.demo import refusals
from tui.demo.refusals import ApiError
from tui.demo.resources import ACCESS_REVIEWS, ARGO, Obj, Resource

_API = "authorization.k8s.io/v1"


@dataclass(frozen=True, slots=True)
class Rule:
    """Verbs on resources of groups; "*" is any of them."""

    groups: tuple[str, ...]
    resources: tuple[str, ...]
    """Plurals, with `/log` and the like for subresources; `*/log` is that of any resource."""
    verbs: tuple[str, ...]
    namespaces: tuple[str, ...] = ()
    """Empty is everywhere, the cluster's scope included."""
    names: tuple[str, ...] = ()
    """The only objects it is about; empty is all of them."""

    def allows(self, verb: str, group: str, resource: str, namespace: str, name: str = "") -> bool:
        """Whether it covers this."""
        if self.namespaces and namespace not in self.namespaces:
            return False
        if self.names and name not in self.names:
            return False
        plural, _, sub = resource.partition("/")
        return (
            not {"*", verb}.isdisjoint(self.verbs)
            and not {"*", group}.isdisjoint(self.groups)
            and not {"*", resource, f"*/{sub}" if sub else plural}.isdisjoint(self.resources)
        )

    @property
    def told(self) -> Obj:
        """The rule as reviews tell it."""
        rule: Obj = {"verbs": self.verbs, "apiGroups": self.groups, "resources": self.resources}
        return {**rule, "resourceNames": self.names} if self.names else rule


@dataclass(slots=True)
class User:
    """One who has a token."""

    name: str
    rules: tuple[Rule, ...]
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    @property
    def groups(self) -> list[str]:
        """What the server takes somebody for besides their name."""
        account = self.name.removeprefix("system:serviceaccount:")
        if account == self.name:
            return ["system:authenticated"]
        shared = "system:serviceaccounts"
        return [shared, f"{shared}:{account.partition(':')[0]}", "system:authenticated"]

    @property
    def subject(self) -> str:
        """What a binding calls them."""
        account = self.name.removeprefix("system:serviceaccount:")
        if account == self.name:
            return f'User "{self.name}"'
        namespace, _, name = account.partition(":")
        return f'ServiceAccount "{name}/{namespace}"'

    def may(
        self, verb: str, group: str, resource: str, namespace: str = "", name: str = ""
    ) -> bool:
        """Whether any rule allows it."""
        return self.rule_for(verb, group, resource, namespace, name) is not None

    def rule_for(
        self, verb: str, group: str, resource: str, namespace: str, name: str
    ) -> Rule | None:
        """The first rule that allows it."""
        asked = (verb, group, resource, namespace, name)
        return next((rule for rule in self.rules if rule.allows(*asked)), None)


_READ = ("get", "list", "watch")
_EDIT = (*_READ, "create", "update", "patch", "delete", "deletecollection")
_REVIEWS = (
    Rule(
        ("authorization.k8s.io",),
        ("selfsubjectaccessreviews", "selfsubjectrulesreviews"),
        ("create",),
    ),
    Rule(("authentication.k8s.io",), ("selfsubjectreviews",), ("create",)),
)
_PATHS = ("/api", "/apis", "/healthz", "/livez", "/openapi", "/readyz", "/version")
"""What everybody may get besides objects, with all that is below."""
_ARGO_KINDS = (
    "workflows",
    "workflowtemplates",
    "clusterworkflowtemplates",
    "cronworkflows",
    "workflowtaskresults",
)
_SURROUNDINGS = ("namespaces", "nodes", "services", "limitranges", "resourcequotas")
"""The last two are not there, but `kubectl describe namespace` gives up where it may not ask."""
_DEFINITIONS = Rule(("apiextensions.k8s.io",), ("customresourcedefinitions",), _READ)
_METRICS = Rule(("metrics.k8s.io",), ("pods",), ("get", "list"))

ADMIN = (Rule(("*",), ("*",), ("*",)),)
OPERATOR = (
    *_REVIEWS,
    _DEFINITIONS,
    Rule((ARGO,), _ARGO_KINDS, _EDIT),
    Rule(("",), ("pods", "configmaps", "serviceaccounts"), _EDIT),
    Rule(("",), ("pods/log", "pods/status", "secrets", *_SURROUNDINGS), _READ),
    Rule(("",), ("pods/exec",), ("get", "create")),
    Rule(("",), ("events",), (*_READ, "create", "patch")),
    _METRICS,
)
VIEWER = (
    *_REVIEWS,
    _DEFINITIONS,
    Rule((ARGO,), _ARGO_KINDS, _READ),
    Rule(("",), ("pods", "pods/log", "pods/status", "configmaps", "events"), _READ),
    Rule(("",), ("serviceaccounts",), _READ),
    Rule(("",), _SURROUNDINGS, _READ),
    _METRICS,
)


ANONYMOUS = User("system:anonymous", ())
"""Who sends no credentials; the server knows of such people and lets them do nothing here."""


def least(namespace: str) -> tuple[Rule, ...]:
    """What running and repairing workflows needs, in one namespace, and nothing more."""
    here = (namespace,)
    return (
        *_REVIEWS,
        Rule((ARGO,), ("workflows",), (*_READ, "create", "update", "patch", "delete"), here),
        Rule((ARGO,), ("workflowtemplates",), _READ, here),
        Rule((ARGO,), ("cronworkflows",), (*_READ, "patch"), here),
        Rule(("",), ("pods",), ("list", "watch", "delete"), here),
        Rule(("",), ("pods/log",), ("get",), here),
        Rule(("",), ("events",), ("list", "watch"), here),
        Rule(("",), ("secrets", "configmaps"), ("get",), here),
    )


class Access:
    """The users there are, and what the server answers for them."""

    def __init__(self, least_namespace: str = "argo", *, nameless: str = "") -> None:
        self._nameless = nameless
        """Whom requests without any credentials come from; "" for nobody."""
        self.admin_token = secrets.token_urlsafe(24)
        """For the switches under /demo; no user of the cluster has it."""
        self.users = {
            "demo": User("demo", OPERATOR),
            "demo-admin": User("demo-admin", ADMIN),
            "demo-viewer": User("demo-viewer", VIEWER),
            "demo-least": User(
                f"system:serviceaccount:{least_namespace}:least", least(least_namespace)
            ),
        }
        """By the name of their context."""

    def user(self, authorization: str) -> User | None:
        """Who sent this Authorization header."""
        if not authorization:
            return self.users[self._nameless] if self._nameless else ANONYMOUS
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            return None
        for user in self.users.values():
            if secrets.compare_digest(user.token.encode(), token.strip().encode()):
                return user
        return None

    def impersonated(self, user: User, name: str) -> User:
        """Whom a user asks to be taken for; only an administrator may."""
        if user.rules != ADMIN:
            raise ApiError(
                403,
                "Forbidden",
                f'users "{name}" is forbidden: User "{user.name}" cannot impersonate resource'
                ' "users" in API group "" at the cluster scope',
                details={"name": name, "kind": "users"},
            )
        for other in self.users.values():
            if other.name == name:
                return other
        return User(name, _REVIEWS)

    def rotate(self, context: str = "") -> None:
        """New tokens (of one user, or of all); the old ones get 401 from now on."""
        for name, user in self.users.items():
            if context in ("", name):
                user.token = secrets.token_urlsafe(24)


def forbidden(
    user: User, verb: str, resource: Resource, namespace: str, name: str = "", subresource: str = ""
) -> ApiError:
    """The 403 of the real server."""
    what = resource.qualified + (f' "{name}"' if name else "")
    plural = resource.plural + (f"/{subresource}" if subresource else "")
    where = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
    details: Obj = {"name": name} if name else {}
    if resource.group:
        details["group"] = resource.group
    return ApiError(
        403,
        "Forbidden",
        f'{what} is forbidden: User "{user.name}" cannot {verb} resource "{plural}" in API group'
        f' "{resource.group}" {where}',
        details={**details, "kind": resource.plural},
    )


def forbidden_path(user: User, verb: str, path: str) -> ApiError | None:
    """The 403 of a path that is no object's, None where it is free for the user."""
    if user.rules == ADMIN or (verb == "get" and _is_free(path)):
        return None
    return ApiError(
        403,
        "Forbidden",
        f'forbidden: User "{user.name}" cannot {verb} path "{path}"',
        details={},
    )


def _is_free(path: str) -> bool:
    return any(path == each or path.startswith(f"{each}/") for each in _PATHS)


def access_review(user: User, review: Obj, *, now: str) -> Obj:
    """Answer a SelfSubjectAccessReview; `now` is the time as objects have it."""
    spec = review.get("spec") or {}
    attributes: Obj | None = spec.get("resourceAttributes")
    path: Obj | None = spec.get("nonResourceAttributes")
    if (attributes is None) == (path is None):
        raise refusals.invalid(
            ACCESS_REVIEWS,
            "",
            [
                {
                    "reason": "FieldValueInvalid",
                    "message": 'Invalid value: "null": exactly one of nonResourceAttributes or'
                    " resourceAttributes must be specified",
                    "field": "spec.resourceAttributes",
                }
            ],
        )
    reason = (
        _why_allowed(user, attributes) if attributes is not None else _why_free(user, path or {})
    )
    status: Obj = {"allowed": bool(reason), **({"reason": reason} if reason else {})}
    part = "resourceAttributes" if attributes is not None else "nonResourceAttributes"
    said = {name: value for name, value in spec[part].items() if value}  # as Go writes it
    fields: Obj = {".": {}, **{f"f:{name}": {} for name in sorted(said)}}
    return {
        "kind": "SelfSubjectAccessReview",
        "apiVersion": _API,
        "metadata": {
            "managedFields": [
                {
                    "manager": "unknown",
                    "operation": "Update",
                    "apiVersion": _API,
                    "time": now,
                    "fieldsType": "FieldsV1",
                    "fieldsV1": {"f:spec": {f"f:{part}": fields}},
                }
            ]
        },
        "spec": {part: said},
        "status": status,
    }


def _why_allowed(user: User, asked: Obj) -> str:
    """Which binding allows it; "" if none does."""
    named = {name: str(asked.get(name) or "") for name in _ATTRIBUTES}
    resource = "/".join(filter(None, (named["resource"], named["subresource"])))
    namespace = named["namespace"]
    rule = user.rule_for(named["verb"], named["group"], resource, namespace, named["name"])
    if rule is None:
        return ""
    if rule in _REVIEWS:
        return _of_everybody("system:basic-user")
    name = user.name.rpartition(":")[2]
    return _of_binding(user, name, namespace if rule.namespaces else "")


def _why_free(user: User, asked: Obj) -> str:
    verb, path = str(asked.get("verb") or ""), str(asked.get("path") or "")
    if verb == "get" and _is_free(path):
        return _of_everybody("system:discovery")
    if forbidden_path(user, verb, path) is None:
        return _of_binding(user, user.name, "")
    return ""


def _of_binding(user: User, name: str, namespace: str) -> str:
    binding, role = ("RoleBinding", "Role") if namespace else _OF_CLUSTER
    where = f"{name}/{namespace}" if namespace else name
    return f'RBAC: allowed by {binding} "{where}" of {role} "{name}" to {user.subject}'


def _of_everybody(role: str) -> str:
    binding, kind = _OF_CLUSTER
    return f'RBAC: allowed by {binding} "{role}" of {kind} "{role}" to Group "system:authenticated"'


_ATTRIBUTES = ("verb", "group", "resource", "subresource", "namespace", "name")
_OF_CLUSTER = ("ClusterRoleBinding", "ClusterRole")


def rules_review(user: User, review: Obj, *, is_incomplete: bool = False) -> Obj:
    """Answer a SelfSubjectRulesReview; an incomplete one as beside a webhook authorizer."""
    namespace = str((review.get("spec") or {}).get("namespace") or "")
    if not namespace:
        raise refusals.bad_request("no namespace on request")
    rules = [
        rule.told
        for rule in user.rules
        if (not rule.namespaces or namespace in rule.namespaces)
        and (rule in _REVIEWS or not is_incomplete)
    ]
    paths = [form for path in _PATHS for form in (path, f"{path}/*")]
    free: list[Obj] = [{"verbs": ["get"], "nonResourceURLs": paths}]
    if user.rules == ADMIN:
        free.insert(0, {"verbs": ["*"], "nonResourceURLs": ["*"]})
    status: Obj = {
        "resourceRules": rules,
        "nonResourceRules": free,
        "incomplete": is_incomplete,
    }
    if is_incomplete:
        status["evaluationError"] = "webhook authorizer does not support user rule resolution"
    return {
        "kind": "SelfSubjectRulesReview",
        "apiVersion": _API,
        "metadata": {},
        "spec": {},
        "status": status,
    }


def self_review(user: User, review: Obj) -> Obj:
    """Answer a SelfSubjectReview: who am I?"""
    return {
        "kind": "SelfSubjectReview",
        "apiVersion": "authentication.k8s.io/v1",
        "metadata": {"creationTimestamp": None},
        "status": {"userInfo": {"username": user.name, "groups": user.groups}},
    }
