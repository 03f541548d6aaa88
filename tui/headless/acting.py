"""`argo-tui submit`, `retry`, `stop` …: what `argo-tui plan` says, done.

The words, flags and plans are those of the registered actions. Every write is sent once. What
becomes of one workflow says nothing about the next, but where the connection broke nothing more is
sent: nobody could tell what arrived. After a conflict, which did nothing, the plan is made anew of
the workflow as it is by then. Where it says the same it is what was decided, and is done; else what
is different is shown, and a person decides, or `--yes` has.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from tui.actions.base import Action, Choices, Context, Outcome, Plan, perform
from tui.actions.manifests import name_of, namespace_of
from tui.actions.parameters import parse_parameter
from tui.actions.submit import called
from tui.actions.verdict import ANOTHER, Conditions, Denied, verdict
from tui.actions.words import differences
from tui.domain.identity import ObjectKey, Target
from tui.domain.text import clean
from tui.domain.workflow import WORKFLOW, Manifest, WorkflowRef
from tui.errors import Conflict, InputError, PlanError, SourceError, Unreachable, UsageError
from tui.headless import asking
from tui.headless.get import OUTPUTS, add_look, look_of, print_one
from tui.headless.output import flush, say, write
from tui.headless.verbs import VERBS, Verb, add_names, choices_of, context_of, subjects
from tui.kinds.registry import KINDS
from tui.ports.connection import Connection, offered
from tui.ports.identity import caller_of
from tui.ports.objects import Objects
from tui.ports.operations import Operations
from tui.settings import Settings
from tui.sources import open_source
from tui.state.audit import Audit, Entry, moment

MAKES_A_RUN = frozenset({"submit", "resubmit", "retry"})
"""Words after which a workflow runs that one may want to see."""

SAID = {
    "workflow.stop": "workflow {} stopped",
    "workflow.terminate": "workflow {} terminated",
    "workflow.suspend": "workflow {} suspended",
    "workflow.resume": "workflow {} resumed",
    "workflow.delete": "Workflow '{}' deleted",
    "node.set": "workflow values set",
}
"""Id of an action → what `argo` prints when it is done."""

DRY = frozenset({"stop", "terminate", "delete"})
"""Words that take `--dry-run`, as in argo; others have `argo-tui plan`."""


AGAIN = frozenset({"workflow.suspend", "workflow.resume", "workflow.stop", "node.set"})
"""Actions that Argo does again by itself when the controller was faster (argo.md 5.0). A refused
write did nothing, so that each is still done once."""
MOST_TRIES, FIRST_PAUSE = 5, 0.01
"""How often, and the seconds before the first time; each pause is twice the one before."""


@dataclass(frozen=True, slots=True)
class Acting:
    """A command that does what one action is."""

    word: str
    of_archive: bool = False
    """Whether it is about what is archived, by names or uids alone."""

    @property
    def verb(self) -> Verb:
        """The action, and what adds its flags."""
        return VERBS[self.word]

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add the arguments of the command."""
        add = parser.add_argument
        add_names(parser, self.verb)
        parser.set_defaults(file=[], archived=self.of_archive)
        self.verb.add(parser)
        if self.word == "delete" and not self.of_archive:
            add(
                "--archived",
                action="store_true",
                help="the archive's copies, and not what is in the cluster",
            )
        if self.word in DRY:
            add("--dry-run", action="store_true", help="say what would be done, and do nothing")
        add_yes(parser)
        if self.word in MAKES_A_RUN:
            add("-o", "--output", choices=OUTPUTS, default="", help="how the workflow is printed")
            add_following(parser)

    def run(self, args: argparse.Namespace, settings: Settings) -> int:
        """Do it to each workflow; 1 if one was refused or failed."""
        verb = self.verb
        check(args, self.word)
        choices = choices_of(verb, args)
        if self.word == "submit" and args.dry_run:
            return _printed_only(verb, args, settings, choices)
        with closing(open_source(settings)) as source:
            doing = Doing(source, settings, yes=args.yes)
            doing.check_allowed(verb.action)
            context = context_of(settings, is_saved=False)
            here = source.place.namespace
            found = [one for one, _ in subjects(verb, args, settings, lambda: source, here=here)]
            if not found:
                write("No resources found\n")
                return 0
            _check_for_one(args, found)
            planned = doing.plans(verb.action, found, choices, context)
            if getattr(args, "dry_run", False):
                for one in planned:
                    write(f"{said(one.plan)} (dry-run)\n")
                return doing.code
            doing.ask(verb.action, planned)
            begun = [each for each in doing.all(planned) if each is not None]
            for at, outcome in enumerate(begun):
                _tell(verb.action, outcome, args, settings, at)
            if self.word in MAKES_A_RUN and not choices.get("server_dry_run"):
                followed = [ref_of_made(each.manifest or {}) for each in begun]
                return max(doing.code, follow(source, followed, args, settings))
            return doing.code


def add_yes(parser: argparse.ArgumentParser) -> None:
    """Add `--yes`."""
    parser.add_argument(
        "-y", "--yes", action="store_true", help="without a question, where one would be asked"
    )


def add_following(parser: argparse.ArgumentParser) -> None:
    """Add what can be waited for once a workflow runs."""
    add = parser.add_argument
    add("-w", "--wait", action="store_true", help="wait until it is over, and say how it ended")
    add("--watch", action="store_true", help="draw its steps in place until it is over")
    add("--log", action="store_true", help="print its log until it is over")
    add("--notify", action="store_true", help="ring the bell and show a notice at its end")
    add_look(parser)


def check(args: argparse.Namespace, word: str) -> None:
    """Refuse flags that exclude each other, and what is no parameter, before anything is read.

    Raises: UsageError and InputError, in argo's words if it has any.
    """
    for text in getattr(args, "parameters", ()):
        parse_parameter(text)
    if word not in MAKES_A_RUN:
        return
    chosen = [flag for flag in ("wait", "watch", "log") if getattr(args, flag)]
    if args.notify and not chosen:
        raise UsageError("--notify tells an end that is waited for", hint="add --wait or --watch")
    if len(chosen) > 1:
        raise UsageError(f"choose one of {' and '.join(f'--{flag}' for flag in chosen)}")
    dry = [flag for flag in ("dry_run", "server_dry_run") if getattr(args, flag, False)]
    if chosen and dry:
        flag = dry[0].replace("_", "-")
        raise UsageError(f"--{chosen[0]} cannot be combined with --{flag}")
    if getattr(args, "dry_run", False) and not args.output:
        raise UsageError("--dry-run should have an output option", hint="give -o yaml or -o json")


def _check_for_one(args: argparse.Namespace, found: Sequence[Manifest]) -> None:
    """Raises: UsageError for a flag that means one workflow, where there are several."""
    if getattr(args, "name", None) and len(found) > 1:
        raise UsageError(f"cannot give {len(found)} workflows one name", hint="leave --name out")
    for flag in ("watch", "log"):
        if getattr(args, flag, False) and len(found) > 1:
            raise UsageError(f"cannot {flag} more than one workflow", hint="use --wait")


def _printed_only(
    verb: Verb, args: argparse.Namespace, settings: Settings, choices: Choices
) -> int:
    """Print what would be created; a file needs no cluster for that."""
    opened: list[Connection] = []

    def source() -> Connection:
        opened[:] = opened or [open_source(settings)]
        return opened[0]

    context = context_of(settings, is_saved=False)
    try:
        for at, (manifest, _) in enumerate(subjects(verb, args, settings, source)):
            made = verb.action.plan(manifest, choices, context).result or {}
            metadata = {"namespace": namespace_of(manifest), **(made.get("metadata") or {})}
            print_made({**made, "metadata": metadata}, args, settings, at)
    finally:
        for each in opened:
            each.close()
    return 0


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and the object it was made for."""

    manifest: Manifest
    plan: Plan


class Doing:
    """What is done on one connection, and how it came out."""

    def __init__(self, source: Connection, settings: Settings, *, yes: bool) -> None:
        self.source = source
        self._settings = settings
        self._yes = yes
        self.code = 0
        """The exit code so far."""
        self._audit = Audit(settings.audit_file) if settings.audit_file else None
        self._choices: Choices = {}
        self._context: Context | None = None
        self._action: Action | None = None

    def check_allowed(self, action: Action) -> None:
        """Raises: PlanError where the action may not be done here at all."""
        place = self.source.place
        here = Conditions(self.source, self._settings.is_read_only(place.label), place.namespace)
        answer = verdict(action, None, here)
        if isinstance(answer, Denied):
            raise PlanError(f"{action.label.lower()} {answer.why}")

    def plans(
        self, action: Action, found: Iterable[Manifest], choices: Choices, context: Context
    ) -> list[Planned]:
        """The plan for each; what is refused is said, in Argo's words."""
        self._action, self._choices = action, choices
        self._context = replace(context, caller=caller_of(self.source))
        planned: list[Planned] = []
        found = list(found)
        for manifest in found:
            try:
                planned.append(Planned(manifest, self._plan(manifest)))
            except PlanError as error:
                if len(found) == 1:
                    raise
                self.failed(manifest, error)
        warnings = (warning for one in planned for warning in one.plan.warnings)
        for warning in dict.fromkeys(warnings):
            say(f"argo-tui: {warning}")
        return planned

    def _plan(self, manifest: Manifest) -> Plan:
        assert self._action is not None and self._context is not None
        return self._action.plan(manifest, self._choices, self._context)

    def ask(self, action: Action, planned: Sequence[Planned]) -> None:
        """Have what destroys more than one confirmed, and what the settings protect.

        Raises: asking.NotDone.
        """
        destroys = action.consequence == "destroys"
        place = self.source.place
        protected = self._settings.for_place(place.label).wants_name(action.id, destroys=destroys)
        if self._yes or not planned or not (protected or (destroys and len(planned) > 1)):
            return
        names = [f"{namespace_of(one.manifest)}/{name_of(one.manifest)}" for one in planned]
        what = names[0] if len(names) == 1 else f"{len(names)} {self._nouns(planned[0])}"
        proof = ""
        if protected:
            proof = name_of(planned[0].manifest) if len(names) == 1 else str(len(names))
        at = f" on {clean(place.label)}" if place.label else ""
        asking.confirm(f"{action.label} {what}{at}", names if len(names) > 1 else (), proof=proof)

    @staticmethod
    def _nouns(planned: Planned) -> str:
        operation = planned.plan.operation
        kind = operation.target.key.kind if operation is not None else WORKFLOW
        return str(KINDS[kind].nouns)

    def all(self, planned: Sequence[Planned]) -> Iterable[Outcome | None]:
        """Carry each out once, in their order; None for one that failed, which is said."""
        for at, one in enumerate(planned):
            try:
                outcome = self._one(one)
                self._note(one, outcome.said, is_done=True)
                yield outcome
            except Unreachable as error:
                self._note(one, str(error), is_done=False)
                self.failed(one.manifest, error)
                rest = [called(each.manifest) for each in planned[at + 1 :]]
                if rest:
                    say(f"argo-tui: not begun: {', '.join(map(clean, rest))}")
                return
            except (SourceError, PlanError, InputError) as error:
                self._note(one, str(error), is_done=False)
                self.failed(one.manifest, error)
                yield None

    def _note(self, one: Planned, result: str, *, is_done: bool) -> None:
        """Write it to the file that the settings name for changes, if they do."""
        operation = one.plan.operation
        if self._audit is None or operation is None or self._action is None:
            return
        caller = self._context.caller if self._context is not None else None
        place, key = self.source.place, operation.target.key
        self._audit.add(
            Entry(
                at=moment(self._settings.now()),
                context=place.label,
                namespace=key.namespace,
                kind=key.kind,
                name=key.name,
                action=self._action.id,
                what=one.plan.title,
                who=caller.subject if caller is not None else place.user,
                is_done=is_done,
                result=result,
                command=one.plan.command,
            )
        )
        if self._audit.trouble:
            say(f"argo-tui: {self._audit.trouble}")

    def failed(self, manifest: Manifest, error: Any) -> None:
        """Say what is wrong with one of them."""
        self.code = 1
        named = clean(name_of(manifest))
        what = error.what if named and named in error.what else f"{named}: {error.what}"
        say(f"argo-tui: {what if named else error.what}")
        if error.hint:
            say(f"hint: {error.hint}")

    def _one(self, one: Planned) -> Outcome:
        tries = 0
        while True:
            try:
                return self._perform(one.plan)
            except Conflict as error:
                operation = one.plan.operation
                if operation is None or error.reason == "AlreadyExists":
                    raise
                one = self._again(one, operation.target, error, is_patient=tries < MOST_TRIES)
                time.sleep(FIRST_PAUSE * 2**tries)
                tries += 1

    def _perform(self, plan: Plan) -> Outcome:
        assert self._action is not None
        return perform(plan, offered(self.source, Operations), self._action.said)

    def _again(self, one: Planned, target: Target, error: Conflict, *, is_patient: bool) -> Planned:
        """The plan made anew after a conflict, if it is to be carried out.

        That is so where it is what was decided already, and Argo would try again as well; else
        what is different is shown, and asked about. Raises: the conflict, where nobody wants it;
        PlanError where it cannot be done any more.
        """
        assert self._action is not None
        now = offered(self.source, Objects).get(
            Target(target.key._replace(connection=self.source.id))
        )
        if target.uid and ref_of_made(now).uid != target.uid:
            raise PlanError(f"{name_of(one.manifest)}: {ANOTHER}")
        plan = self._plan(now)
        if is_patient and plan.action in AGAIN and _is_same(one.plan, plan):
            return Planned(now, plan)
        name = clean(name_of(one.manifest))
        say(f"argo-tui: {name} was changed meanwhile; this is the plan for it as it is now:")
        for line in differences(one.plan, plan) or ["  it says the same"]:
            say(f"  {line}")
        if not self._yes:
            if not asking.is_answered():
                raise Conflict(
                    error.what,
                    hint="; ".join(
                        filter(None, (error.hint, "do it again, or with --yes on the new plan"))
                    ),
                    status=error.status,
                    reason=error.reason,
                )
            asking.confirm(f"{self._action.label} {name} as it is now", ())
        return Planned(now, plan)


def _is_same(old: Plan, new: Plan) -> bool:
    """Whether both are the same decision: the same words, and changes of the same objects."""
    return old.lines == new.lines and _changed(old) == _changed(new)


def _changed(plan: Plan) -> list[tuple[type, ObjectKey]]:
    changes = plan.operation.changes if plan.operation is not None else ()
    return [(type(change), change.key) for change in changes]


def said(plan: Plan) -> str:
    """What argo prints when such a plan was carried out."""
    name = plan.ref.name if plan.ref is not None else ""
    return SAID.get(plan.action, f"{plan.title}").format(clean(name))


def ref_of_made(manifest: Manifest) -> WorkflowRef:
    """The workflow that an answer is."""
    metadata = manifest.get("metadata") or {}
    return WorkflowRef(
        str(metadata.get("namespace") or "default"),
        str(metadata.get("name") or ""),
        str(metadata.get("uid") or ""),
    )


def _tell(
    action: Action, outcome: Outcome, args: argparse.Namespace, settings: Settings, at: int
) -> None:
    """Print what argo prints when it is done."""
    if action.id in SAID:
        write(f"{said(outcome.plan)}\n")
    elif outcome.manifest:
        is_drawn = args.watch and not args.output
        if not is_drawn:
            print_made(outcome.manifest, args, settings, at)
    flush()


def print_made(
    manifest: Manifest, args: argparse.Namespace, settings: Settings, at: int = 0
) -> None:
    """Print a new workflow as `argo-tui get` does."""
    print_one(manifest, args.output, look_of(args, settings), at)


def follow(
    source: Connection, refs: Sequence[WorkflowRef], args: argparse.Namespace, settings: Settings
) -> int:
    """Wait for, watch, or print the logs of what was begun; the exit code of how it ended."""
    if not refs or not (args.wait or args.watch or args.log):
        return 0
    code = _followed(source, refs, args, settings)
    if args.notify:
        from tui.headless.watching import notify

        names = ", ".join(ref.name for ref in refs[:3]) + (" …" if len(refs) > 3 else "")
        notify(f"{names}: {'failed' if code else 'succeeded'}")
    return code


def _followed(
    source: Connection, refs: Sequence[WorkflowRef], args: argparse.Namespace, settings: Settings
) -> int:
    from tui.headless import watching

    if args.watch:
        return watching.watched(source, refs[0], look_of(args, settings), settings)
    if args.log:
        from tui.headless.logs import follow_one

        code = follow_one(source, refs[0], settings)
        return max(code, watching.waited(source, refs, settings, quiet=True))
    return watching.waited(source, refs, settings)


SUBMIT, RESUBMIT, RETRY = Acting("submit"), Acting("resubmit"), Acting("retry")
STOP, TERMINATE = Acting("stop"), Acting("terminate")
SUSPEND, RESUME = Acting("suspend"), Acting("resume")
SET, DELETE = Acting("set"), Acting("delete")
