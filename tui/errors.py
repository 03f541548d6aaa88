"""Everything that can go wrong and be said to a person, as one tree.

    TuiError
    ├─ UsageError            the command line asks for something that cannot be
    ├─ InputError            a file or a text that cannot be read as what it should be
    │  └─ QueryError         a filter that cannot be read, and where
    ├─ PlanError             Argo's rules refuse what was asked; the words are Argo's
    ├─ SettingsError         kubeconfig, environment or flags that lead nowhere
    │  ├─ NoCluster          nothing says which cluster is meant
    │  └─ NotInstalled       a part of the program that is installed apart is not
    ├─ ArtifactError         an artifact cannot be listed, read or written
    └─ SourceError           the cluster (or server) did not do what was asked
       ├─ Unreachable        no connection, or it broke
       ├─ Refused            403: trying again will not help
       │  ├─ Unauthenticated 401, or a login that gives no credentials
       │  └─ Misconfigured   credentials or certificates that the kubeconfig names cannot be read
       ├─ Missing            404: the object, or the whole kind, is not there
       │  └─ NotOffered      the connection has no such thing at all, and needs not be asked
       ├─ Conflict           409: somebody else changed it first, or it exists already
       ├─ Expired            410: the place in the history is gone; list again
       ├─ Rejected           400, 415, 422: the request itself is wrong
       ├─ Busy               429 or 5xx: may work later
       ├─ Stopped            nobody waits for the answer any more
       └─ Bug                a fault of ours ended what was read from it

The words of every error are fit to show: `what` says what happened, `hint` what to do. Servers,
proxies and libraries may repeat in theirs what we sent them, so no secret passes here.
"""

from __future__ import annotations

from tui.domain.hidden import without_secrets

SHORTEST_PAUSE = 0.5
"""Seconds between two tries, whatever a server says."""


class TuiError(Exception):
    """The root: a sentence for a person, and a hint what to do about it."""

    exit_code = 1
    advice: tuple[str, ...] = ()
    """More of what to do, in sentences; () where its kind says enough."""

    def __init__(self, what: str, *, hint: str = "") -> None:
        # What a server says may end with a line of its own; a space at the end may be Argo's.
        self.what = without_secrets(what).rstrip("\r\n")
        self.hint = without_secrets(hint).rstrip("\r\n")
        super().__init__(self.what)

    def __str__(self) -> str:
        return f"{self.what} ({self.hint})" if self.hint else self.what


class UsageError(TuiError):
    """The command line asks for something that cannot be."""

    exit_code = 2


class ValueWrong(UsageError):
    """A value that was given cannot be read."""

    def __init__(self, what: str, name: str, *, hint: str = "") -> None:
        super().__init__(what, hint=hint)
        self.name = name
        """What the value is called."""


class InputError(TuiError):
    """A file or a text cannot be read as what it should be."""

    exit_code = 2


class QueryError(InputError):
    """A filter cannot be read; `position` is the character at which it goes wrong, from 0."""

    def __init__(self, what: str, position: int, *, hint: str = "") -> None:
        super().__init__(what, hint=hint)
        self.position = position


class PlanError(TuiError):
    """Argo's rules refuse what was asked; `what` is Argo's own wording."""


class ValueLacking(PlanError):
    """A value has not been given that there is no default for."""

    def __init__(self, what: str, name: str) -> None:
        super().__init__(what)
        self.name = name
        """What the value is called."""


class SettingsError(TuiError):
    """Kubeconfig, environment or flags that lead nowhere."""

    exit_code = 2


class NoCluster(SettingsError):
    """No kubeconfig, none with a context, and we do not run inside a cluster."""


class NotInstalled(SettingsError):
    """What was asked for needs an extra of the package that is not installed."""


class ArtifactError(TuiError):
    """An artifact cannot be listed, read or written."""


class SourceError(TuiError):
    """The cluster did not do what was asked."""

    def __init__(self, what: str, *, hint: str = "", status: int = 0, reason: str = "") -> None:
        super().__init__(what, hint=hint)
        self.status = status
        self.reason = without_secrets(reason)

    def wait(self, own: float) -> float:
        """Seconds until the next try, of somebody who would wait so long by himself."""
        return own


class Unreachable(SourceError):
    """No connection, or it broke."""


class Refused(SourceError):
    """An answer of 403, or one of those below; trying again will not help."""


class Unauthenticated(Refused):
    """An answer of 401, or there are no credentials: log in."""


class Misconfigured(Refused):
    """What the kubeconfig names for this user or cluster cannot be read."""

    exit_code = 2


class Missing(SourceError):
    """An answer of 404: the object, or the whole kind, is not there."""


class NotOffered(Missing):
    """This connection has no such thing at all, as saved files have no logs of pods."""


class Conflict(SourceError):
    """An answer of 409: changed by somebody else, or there already."""


class Expired(SourceError):
    """An answer of 410: that place in the history is gone."""


class Stopped(SourceError):
    """Whoever asked wants the answer no more; nothing is wrong, and nobody is told."""


class Rejected(SourceError):
    """An answer of 400, 415 or 422: the request itself is wrong."""


class Busy(SourceError):
    """An answer of 429 or 5xx; it may work later."""

    def __init__(
        self,
        what: str,
        *,
        hint: str = "",
        status: int = 0,
        reason: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(what, hint=hint, status=status, reason=reason)
        self.retry_after = retry_after
        """Seconds the server asked us to wait, if it said so."""

    def wait(self, own: float) -> float:
        """As long as the server asks, be it more or less; it knows, and we guess."""
        return own if self.retry_after is None else max(SHORTEST_PAUSE, self.retry_after)


class Bug(SourceError):
    """A fault of ours that ended a thread or a reading; made by `tui.bugs`, which writes its trace.

    What it ended is told like trouble of the source, and tried again like it.
    """
