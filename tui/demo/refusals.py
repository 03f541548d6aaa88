"""What the API server says when it does not do what was asked.

Clients tell people exactly these words, so they are the real server's words. Every function here
makes one kind of `ApiError`; whoever answers the request turns it into a Status body.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from tui.demo.resources import Resource
from tui.errors import SourceError

Cause = dict[str, str]
MEDIA_TYPES = (
    "application/json",
    "application/yaml",
    "application/vnd.kubernetes.protobuf",
)
"""In which the real server reads and writes objects."""


class ApiError(SourceError):
    """An answer other than what was asked for, as a Kubernetes Status."""

    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        *,
        details: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        continue_token: str = "",
    ) -> None:
        super().__init__(message, status=status, reason=reason)
        self.details = details
        self.headers = headers or {}
        self.continue_token = continue_token

    def body(self) -> dict[str, Any]:
        """The Status object."""
        answer: dict[str, Any] = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {"continue": self.continue_token} if self.continue_token else {},
            "status": "Failure",
            "message": self.what,
        }
        if self.reason:
            answer["reason"] = self.reason
        if self.details is not None:
            answer["details"] = self.details
        answer["code"] = self.status
        return answer

    def encoded(self) -> bytes:
        """The Status object as it is sent: its fields in the real server's order."""
        return msgspec.json.encode(self.body()) + b"\n"


NOT_CHECKED = {
    "reason": "FieldValueInvalid",
    "message": "Invalid value: null: some validation rules were not checked because the object was"
    " invalid; correct the existing errors to complete validation",
    "field": "<nil>",
}
"""What stands behind what a schema does not allow, since further rules could not be looked at."""


def details(resource: Resource, name: str = "", **more: Any) -> dict[str, Any]:
    """The `details` of a Status: what it is about, by its plural."""
    about: dict[str, Any] = {"name": name} if name else {}
    if resource.group:
        about["group"] = resource.group
    return {**about, "kind": resource.plural, **more}


def _about(
    resource: Resource, name: str, status: int, reason: str, before: str, after: str
) -> ApiError:
    """What is wrong with one object: its name stands in the midst of the words."""
    message = f'{before}{resource.qualified} "{name}"{after}'
    return ApiError(status, reason, message, details=details(resource, name))


def not_found(resource: Resource, name: str) -> ApiError:
    """The object is not there."""
    return _about(resource, name, 404, "NotFound", "", " not found")


def no_such_path() -> ApiError:
    """The whole kind, or the path, is not there."""
    return ApiError(404, "NotFound", "the server could not find the requested resource", details={})


def already_exists(resource: Resource, name: str) -> ApiError:
    """Something of that name is there."""
    return _about(resource, name, 409, "AlreadyExists", "", " already exists")


def modified_meanwhile(resource: Resource, name: str) -> ApiError:
    """The resource version sent is not the one there is."""
    return conflict(
        resource,
        name,
        "the object has been modified; please apply your changes to the latest version"
        " and try again",
    )


def conflict(resource: Resource, name: str, why: str) -> ApiError:
    """The request and what is there do not go together."""
    words = "Operation cannot be fulfilled on "
    return _about(resource, name, 409, "Conflict", words, f": {why}")


def being_deleted(resource: Resource, name: str) -> ApiError:
    """Created while an object of that name waits for its finalizers."""
    words = "object is being deleted: "
    return _about(resource, name, 409, "AlreadyExists", words, " already exists")


def too_old(asked: int, oldest: int) -> ApiError:
    """The history before that point is gone."""
    return ApiError(410, "Expired", f"too old resource version: {asked} ({oldest})")


def too_large(asked: int, current: int) -> ApiError:
    """A resource version from the future, as after a cluster was made anew."""
    cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
    return ApiError(
        504,
        "Timeout",
        f"Timeout: Too large resource version: {asked}, current: {current}",
        details={"causes": [cause], "retryAfterSeconds": 1},
    )


def list_too_old() -> ApiError:
    """A list is wanted as it was at a time that the history does not reach."""
    return ApiError(410, "Expired", "The resourceVersion for the provided list is too old.")


def continue_too_old(fresh: str) -> ApiError:
    """The rest of a list can no longer be told as of its first page."""
    return ApiError(
        410,
        "Expired",
        "The provided continue parameter is too old to display a consistent list result. You can"
        " start a new list without the continue parameter, or use the continue token in this"
        " response to retrieve the remainder of the results. Continuing with the provided token"
        " results in an inconsistent list - objects that were created, modified, or deleted"
        " between the time the first chunk was returned and now may show up in the list.",
        continue_token=fresh,
    )


def bad_request(message: str) -> ApiError:
    """The request itself makes no sense."""
    return ApiError(400, "BadRequest", message)


def invalid(resource: Resource, name: str, causes: Sequence[Cause]) -> ApiError:
    """The object breaks rules of its kind; each cause has reason, message and field."""
    listing = _said(causes)
    kind = f"{resource.kind}.{resource.group}" if resource.group else resource.kind
    # Unlike others, this one speaks of the kind, not of its plural.
    about = {**details(resource, name), "kind": resource.kind, "causes": list(causes)}
    return ApiError(422, "Invalid", f'{kind} "{name}" is invalid: {listing}', details=about)


def _said(causes: Sequence[Cause]) -> str:
    """All causes in a row, each once."""
    said = list(dict.fromkeys(f"{cause['field']}: {cause['message']}" for cause in causes))
    return said[0] if len(said) == 1 else f"[{', '.join(said)}]"


def of_another_kind(resource: Resource, kind: str, name: str) -> ApiError:
    """An object of another kind is sent to the path of a custom one."""
    cause = {
        "reason": "FieldValueInvalid",
        "message": f'Invalid value: "{kind}": must be {resource.kind}',
        "field": "kind",
    }
    return ApiError(
        422,
        "Invalid",
        f'{kind}.{resource.group} "{name}" is invalid: {_said([cause])}',
        details={**details(resource, name), "kind": kind, "causes": [cause]},
    )


def without_version(resource: Resource, name: str) -> ApiError:
    """A custom object is replaced by one that does not say which version it comes from."""
    cause = {
        "reason": "FieldValueInvalid",
        "message": "Invalid value: 0: must be specified for an update",
        "field": "metadata.resourceVersion",
    }
    return ApiError(
        422,
        "Invalid",
        f'{resource.qualified} "{name}" is invalid: {_said([cause])}',
        details=details(resource, name, causes=[cause]),
    )


def wrong_options(
    kind: str, field: str, message: str, reason: str = "FieldValueInvalid"
) -> ApiError:
    """The options of a request (`ListOptions`, `DeleteOptions` …) break a rule of theirs."""
    cause = {"reason": reason, "message": message, "field": field}
    return ApiError(
        422,
        "Invalid",
        f'{kind}.meta.k8s.io "" is invalid: {field}: {message}',
        details={"group": "meta.k8s.io", "kind": kind, "causes": [cause]},
    )


def precondition(resource: Resource, name: str, what: str, sent: str, there: str) -> ApiError:
    """A deletion was meant for another object, or another version of it."""
    kind = f"{resource.kind}.{resource.group}" if resource.group else resource.kind
    happened = "deleted and then recreated" if what == "UID" else "modified"
    return ApiError(
        409,
        "Conflict",
        f'Operation cannot be fulfilled on {kind} "{name}": the {what} in the precondition'
        f" ({sent}) does not match the {what} in record ({there}). The object might have been"
        f" {happened}",
        # This one, too, speaks of the kind.
        details={**details(resource, name), "kind": resource.kind},
    )


def nameless(resource: Resource) -> ApiError:
    """Nobody says how the object is to be called."""
    cause = {
        "reason": "FieldValueRequired",
        "message": "Required value: name or generateName is required",
        "field": "metadata.name",
    }
    return invalid(resource, "", [cause])


def unauthorized() -> ApiError:
    """No token, or none that is known."""
    return ApiError(401, "Unauthorized", "Unauthorized")


def unsupported_media(accepted: Sequence[str]) -> ApiError:
    """The body is in a format this path does not take."""
    return ApiError(
        415,
        "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include: "
        + ", ".join(accepted),
    )


def too_large_body(limit: int) -> ApiError:
    """The body is longer than is read."""
    return ApiError(
        413,
        "RequestEntityTooLarge",
        f"Request entity too large: limit is {limit}",
    )


def not_acceptable() -> ApiError:
    """The client takes none of the formats there are."""
    return ApiError(
        406,
        "NotAcceptable",
        "only the following media types are accepted: " + ", ".join(MEDIA_TYPES),
    )


def not_allowed() -> ApiError:
    """The path is there, the method is not."""
    return ApiError(
        405,
        "MethodNotAllowed",
        "the server does not allow this method on the requested resource",
        details={},
    )


def simulated(subresource: str) -> ApiError:
    """What only a container that really runs could answer."""
    return bad_request(
        f"the containers of the demo cluster are simulated: there is no {subresource} for them"
    )


def not_simulated(what: str) -> ApiError:
    """What a real cluster does and this one does not: it says so instead of pretending."""
    return ApiError(501, "NotImplemented", f"the demo cluster does not simulate {what}")


def too_many(seconds: int) -> ApiError:
    """Come back later."""
    return ApiError(
        429,
        "TooManyRequests",
        "Too many requests, please try again later.",
        details={"retryAfterSeconds": seconds},
        headers={"Retry-After": str(seconds)},
    )


def internal(message: str) -> ApiError:
    """The server itself failed."""
    return ApiError(
        500,
        "InternalError",
        f"Internal error occurred: {message}",
        details={"causes": [{"message": message}]},
    )


def unavailable() -> ApiError:
    """Nobody there who could answer."""
    return ApiError(
        503, "ServiceUnavailable", "the server is currently unable to handle the request"
    )
