"""The question before an action: what will happen, what can be chosen, and Cancel.

One dialog for all actions: an action declares its choices, this asks for them, and the plan is made
anew after each answer, so that what one reads is what will be sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from shlex import quote
from typing import Any, ClassVar

import msgspec
from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Input, Static

from tui.actions.base import Action, Choice, Meant, Plan, deletes_target
from tui.actions.choosing import judge_of, told
from tui.actions.manifests import items, part, phase_of
from tui.actions.parameters import (
    is_required,
    known_artifacts,
    known_parameters,
    value_of,
)
from tui.actions.verdict import Allowed, Denied, Subject, verdict_of_plan, wanted_for
from tui.actions.words import differences
from tui.bindings import bind
from tui.bugs import caught
from tui.context import AppContext
from tui.domain.identity import Target
from tui.domain.location import Location
from tui.domain.text import clean
from tui.domain.workflow import WORKFLOW, Manifest
from tui.errors import (
    ArtifactError,
    Conflict,
    InputError,
    NotOffered,
    PlanError,
    TuiError,
    UsageError,
    ValueLacking,
    ValueWrong,
)
from tui.keys import hint
from tui.kinds.registry import KINDS, kind_called
from tui.ports.connection import Connection, offered
from tui.ports.identity import Caller, caller_of
from tui.ports.objects import Objects
from tui.ports.operations import Call, Create, Operations, Update
from tui.ports.rights import MOST_REQUESTS
from tui.screens.dialog import BESIDE, WIDE, Dialog, put
from tui.screens.editor import edited
from tui.screens.fields import ChoiceField, FieldRows, ParameterField, field_of
from tui.screens.plan_words import (
    RUNS_GO_ON,
    WARNS,
    Planned,
    goes_on,
    short_of_one,
    short_of_several,
    words_of_one,
    words_of_several,
)
from tui.screens.proof import PROOF, proof_of
from tui.state.bulk import AT_A_TIME
from tui.state.used_values import UsedValues
from tui.widgets.box import EDGES, Box
from tui.widgets.cells import plain, width_of
from tui.widgets.form_fields import (
    CheckboxField,
    FormButton,
    FormField,
    LongField,
    SelectField,
)
from tui.widgets.header import HeaderLine

WORTH_WAITING = 0.15
"""Seconds in which a workflow is usually read: a box that opens with its plan is painted once, one
that opens before it twice, and it jumps."""

BEFORE_VALUE = 32
"""Cells of the name of a parameter, of what is around its value, and some to type into."""

AT_FIRST = 8
"""Fields for what the object knows of that are there at first, be there room for fewer."""
OF_THE_OBJECT = ("parameters", "artifacts")
"""Kinds of choices that are fields for what the object knows of."""
STANDS_IN = (
    (re.compile(r"\bmetadata\.name\b|\balready exists\b"), "name"),
    (re.compile(r"\bmetadata\.labels\b"), "labels"),
    (re.compile(r"\bspec\.priority\b"), "priority"),
)
"""Where what actions ask for themselves stands in the object, as the cluster says it, and their
choices."""
MOST_REHEARSED = 10
"""Plans of which the cluster is asked beforehand."""
MOST_NOT_DONE = 2
"""Of those that are left out, how many the short form tells of one by one."""
MOST_OF_A_LINE = 2_000
"""Characters of a line that are shown: a value may be as large as the cluster takes."""
ASKING = "The cluster is asked whether it takes this …"

OF_A_WORD = "not taken: it came with other letters, which mean nothing in a question"
TOO_SOON = "not taken: that was typed before the question could be read"


class ActionScreen(Dialog[list[Planned] | Action | None]):
    """Asks about one action on one or several workflows.

    Answers with plans, or None; or with the action that the key means, now that all of the workflow
    is known: a list does not tell that a workflow waits at a suspend step.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("dialog.cancel", "cancel", "Cancel", shown=True),
        bind("dialog.submit", "go", "Do it", shown=True),
        bind("dialog.yes", "yes", "Yes"),
        bind("dialog.no", "cancel", "No"),
        bind("dialog.close", "cancel", "No"),
        bind("dialog.details", "details", "Details"),
        bind("dialog.edit", "edit_value", "Edit the value"),
        bind("dialog.copy", "copy_command", "Copy the command"),
        bind("dialog.older", "recall(1)", "Value used before"),
        bind("dialog.newer", "recall(-1)", "Value used later"),
    ]

    @dataclass
    class Read(Message):
        """The workflows as they are now."""

        manifests: list[tuple[Subject, Manifest]]
        template: Manifest | None = None
        """What the only one of them was made from, if that can be read."""
        callers: Mapping[str, Caller | None] = field(default_factory=dict)
        """Who acts, by connection, where that says."""
        unread: dict[Target, Denied] = field(default_factory=dict)
        """Those that could not be read, and why."""
        used: Mapping[str, Sequence[str]] = field(default_factory=dict)
        """The values that its parameters were given before."""

    @dataclass
    class Rehearsed(Message):
        """The cluster was asked whether it would take what is planned."""

        plans: list[Planned]
        error: TuiError | None
        """Why not; None if it would, or nobody can be asked."""

    @dataclass
    class Placed(Message):
        """Where the file of a field is uploaded to is known, or why it cannot be."""

        field: ParameterField
        place: Location | None
        error: TuiError | None

    @dataclass
    class NotRead(Message):
        """Why there are none."""

        error: TuiError

    def __init__(
        self,
        context: AppContext,
        action: Action,
        subjects: Sequence[Subject],
        *,
        instead: Sequence[Action] = (),
        left_out: Sequence[tuple[Subject, Denied]] = (),
        before: Plan | None = None,
        given: Sequence[Manifest] = (),
        choices: Mapping[str, Any] | None = None,
    ) -> None:
        """`instead` are actions the key may have meant as well; `left_out` were meant, too, and
        refused at once. `before` is the plan that could not be carried out because somebody else
        was faster: its choices are those that the form begins with, and what the new plan says
        otherwise is told. `given` are the manifests of the subjects, in their order, where they are
        not read: from a file, or as somebody edited them; `choices` are made already.
        """
        super().__init__()
        self.context = context
        self.action = action
        self._subjects = tuple(subjects)
        self._instead = tuple(instead)
        self._before = before
        self._given = tuple(given)
        self._chosen = dict(choices or {})
        options = before.operation.options if before is not None and before.operation else {}
        self._start: Mapping[str, Any] = options
        self._manifests: list[tuple[Subject, Manifest]] = []
        self._plans: list[Planned] = []
        self._refused: dict[Target, Denied] = {}
        """Subjects as they are now that nothing can be done to, and why."""
        self._left_out = tuple(left_out)
        self._unread: dict[Target, Denied] = {}
        """Subjects that could not be read just now, and why."""
        self._not_planned: list[str] = []
        """A sentence for each that the plans leave out."""
        self._lacking: list[str] = []
        """What the fields are called without which there is no plan."""
        self._wrong: list[str] = []
        """What the values are called that cannot be read."""
        self._proof = proof_of(context, action, subjects, left_out=len(left_out), nouns=self._nouns)
        """What has to be typed first; None for nothing."""
        self._facts = context.plan_context()
        self._callers: Mapping[str, Caller | None] = {}
        self._rehearsed: list[Planned] = []
        """What the cluster is asked about just now, before it is sent."""
        self._meant: Meant | None = None
        """What was probably meant, which a button offers."""
        self._told: list[str] = []
        """The lines of the short form."""
        self._choice_fields: dict[str, ChoiceField] = {}
        """The choices of the action, by their names, and what is typed for a proof."""
        self._parameters: list[ParameterField] = []
        self._rows = FieldRows(())
        self._is_amid_letters = context.is_amid_letters() and action.consequence != "none"
        """Whether a letter of a word may have opened it, or gone into it since."""
        self._not_taken = ""
        """Why the last answer was not taken, as it was said."""
        self._is_tried = False
        """Whether somebody has filled in anything, or wanted it done."""
        # Those of now: an answer is carried out where the question was asked.
        self._connections = {one.target: context.connection_of(one.target.key) for one in subjects}

    # --- the box ---------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Title, plan, choices, command, buttons."""
        title = self.asked
        if len(self.context.connections) > 1:
            places = dict.fromkeys(one.target.key.connection for one in self._subjects)
            title += f" on {', '.join(places)}"
        with Box(id="dialog", ascii=self.context.ascii):
            yield Static(Content(clean(title)), id="dialog-title")
            with VerticalScroll(id="dialog-body", can_focus=False):
                reading = plain("reading …", self.context.ascii)
                yield Static(reading, markup=False, id="dialog-sentence")
                yield Static(reading, markup=False, id="dialog-plan")
            with VerticalScroll(id="dialog-choices", can_focus=False):
                asked = [each for each in self._form if each.kind not in OF_THE_OBJECT]
                if self._proof is not None:
                    asked.append(self._proof.field)
                for choice in asked:
                    start = self._start.get(choice.name, choice.default)
                    field = ChoiceField(choice, start, ascii=self.context.ascii)
                    self._choice_fields[choice.name] = field
                    yield field
            yield HeaderLine(id="dialog-about", ascii=self.context.ascii)
            yield Static("", markup=False, id="dialog-command")
            with Horizontal(id="dialog-buttons"):
                yield FormButton("Cancel", id="cancel")
                if self.action.meant is not None:
                    yield FormButton("", id="meant", classes="-absent")
                yield FormButton(
                    self.action.asks,
                    id="go",
                    disabled=True,
                    variant="error" if self._destroys else "primary",
                )

    @property
    def asked(self) -> str:
        """`Delete nightly-etl-x7k2p`, `Delete 12 workflows`."""
        count = len(self._subjects)
        of_more = f"{count} of {count + len(self._left_out)}" if self._left_out else f"{count}"
        is_one = count == 1 and not self._left_out
        what = self._subjects[0].name if is_one else f"{of_more} {self._nouns}"
        return f"{self.action.asks} {what}".rstrip()

    def on_mount(self) -> None:
        """Read the workflows as they are now; plans are never made from old ones."""
        self.context.hold_frames(WORTH_WAITING)
        self.draw_scrollbars(ascii=self.context.ascii)
        self.heed_scrolling()
        self.watch(self.query_one("#dialog-choices"), "scroll_y", self._reach_seen, init=False)
        self.share_rows()
        self.query_one("#cancel").focus()
        self._read()
        self._ask_rights()

    def try_again(self) -> None:
        """Read it anew, and plan anew; what was filled in stays."""
        self._read()

    def _ask_rights(self) -> None:
        """Ask for what the action needs, wherever its subjects are."""
        by_connection: dict[str, list[Target]] = {}
        for one in self._subjects:
            by_connection.setdefault(one.target.key.connection, []).append(one.target)
        asked = [
            (connection, namespace, wanted)
            for connection, targets in by_connection.items()
            for namespace, wanted in wanted_for(self.action, targets).items()
        ][:MOST_REQUESTS]
        for connection, namespace, wanted in asked:
            most = MOST_REQUESTS // len(asked)
            self.context.ask_rights(namespace, wanted, connection=connection, most=most)

    @work(thread=True, group="dialog", exclusive=True)
    def _read(self) -> None:
        try:
            found, unread = self._read_each()
            asks = self._asks_parameters and len(found) == 1
            template = None
            used: Mapping[str, Sequence[str]] = {}
            if asks:
                template = _made_from(self._connection(found[0][0]), *found[0])
                used = UsedValues().of(_template_of(*found[0]))
            callers = self._read_callers()
        except Exception as error:
            self.post_message(self.NotRead(caught(error, "reading for a question")))
        else:
            self.post_message(self.Read(found, template, callers, unread, used))

    def _connection(self, subject: Subject) -> Connection:
        """Where a subject is. Raises: TuiError where that is no longer, or not yet, connected."""
        connection = self._connections[subject.target]
        if connection is None:
            raise TuiError("not connected")
        return connection

    def _read_each(self) -> tuple[list[tuple[Subject, Manifest]], dict[Target, Denied]]:
        """Each subject as it is now; of several, one that is gone keeps nobody from the others.

        Raises: TuiError where none can be read.
        """
        found: list[tuple[Subject, Manifest]] = []
        unread: dict[Target, Denied] = {}
        last: TuiError | None = None
        for at, one in enumerate(self._subjects):
            try:
                found.append((one, self._given[at] if self._given else self._manifest(one)))
            except TuiError as error:
                unread[one.target], last = Denied(error.what), error
        if last is not None and not found:
            raise last
        return found, unread

    def _read_callers(self) -> Mapping[str, Caller | None]:
        """Who acts at each of the connections."""
        at = {one.target.key.connection: self._connection(one) for one in self._subjects}
        return {name: caller_of(connection) for name, connection in at.items()}

    def _manifest(self, subject: Subject) -> Manifest:
        """What the plan is made from; an action on a kind begins with nothing."""
        connection = self._connection(subject)
        return {} if self.action.on == "kind" else offered(connection, Objects).get(subject.target)

    @property
    def _destroys(self) -> bool:
        return self.action.consequence == "destroys"

    @property
    def _loses(self) -> bool:
        """Whether a yes to this would be the end of something that nobody can have back: then it is
        not chosen beforehand, and nothing that was typed too soon is a yes."""
        return self._destroys or any(plan.loses for _, plan in self._plans)

    @property
    def _is_proved(self) -> bool:
        """Whether what had to be typed is there."""
        if self._proof is None:
            return True
        return self._typed_name.value.strip() == self._proof.wanted(len(self._plans))

    @property
    def _typed_name(self) -> Input:
        entry = self._choice_fields[PROOF].entry
        assert isinstance(entry, Input)
        return entry

    def _as_chosen(self, subject: Subject, manifest: Manifest) -> tuple[Subject, Manifest]:
        """A subject with the uid it has, if nobody knew that: from now on it is this object that is
        meant, and no other of its name."""
        uid = str(part(manifest, "metadata").get("uid") or "")
        if subject.target.uid or not uid:
            return subject, manifest
        chosen = replace(subject, target=subject.target._replace(uid=uid))
        self._connections[chosen.target] = self._connections[subject.target]
        self._subjects = tuple(chosen if each is subject else each for each in self._subjects)
        return chosen, manifest

    @on(NotRead)
    def say_why_not(self, message: NotRead) -> None:
        """Without the workflow as it is now there is no plan."""
        self._manifests = []
        self._make_plans()
        self._say(str(message.error))
        self._show()

    @on(Read)
    async def take(self, message: Read) -> None:
        """Now it can be planned."""
        is_first = not self._manifests
        found = self._manifests = [self._as_chosen(*each) for each in message.manifests]
        self._unread = message.unread
        self._callers = message.callers
        self._judge()
        instead = self._meant_instead()
        if instead is not None:
            self.dismiss(instead)
            return
        if len(found) == 1 and self._asks_parameters and not self._parameters:
            await self._add_parameters(found[0][1], message.template, message.used)
        self._make_plans()
        self.context.seen_anew(self)
        fields = self._parameters
        first = self._lacked_choice or (fields[0] if fields else None)
        if is_first and not self._destroys and first is not None:
            first.entry.focus()
        elif is_first and self._plans and not self._loses and not self._is_amid_letters:
            self.query_one("#go").focus()
        if is_first and self._plans and self._proof and not self._parameters:
            self._typed_name.focus()
        self._show()

    def _show(self, before: object = None) -> None:
        """Let the box be painted once it has its size and tells its keys.

        A box takes several rounds to find its size, so it is asked until it says the same twice,
        each time after what its body still had to hear of the round before.
        """
        if not self.is_attached:
            return  # it was answered meanwhile
        box, body = self.query_one("#dialog"), self.query_one("#dialog-body")
        now = (box.region, body.region, body.virtual_size, box.border_subtitle)
        if now == before:
            self.context.hold_frames(0)
        else:
            body.call_after_refresh(self._show, now)

    @property
    def _form(self) -> list[Choice]:
        """The choices that are asked for here."""
        has_step = len(self._subjects) == 1 and bool(self._subjects[0].target.node)
        is_archive = all(_is_only_in_archive(each) for each in self._subjects)
        return [
            each
            for each in self.action.form
            if (has_step or not each.of_step)
            and not (is_archive and each.of_cluster)
            and not (self._is_of_several and each.of_one)
        ]

    @property
    def _asks_parameters(self) -> bool:
        return any(choice.kind == "parameters" for choice in self.action.form)

    @property
    def _lacked_choice(self) -> ChoiceField | None:
        """The first choice without which, or with which as it is, there is no plan."""
        at_fault = {*self._lacking, *self._wrong}
        lacked = [each.name for each in self._form if each.label in at_fault]
        return self._choice_fields.get(lacked[0]) if lacked else None

    async def _add_parameters(
        self,
        manifest: Manifest,
        template: Manifest | None,
        used: Mapping[str, Sequence[str]],
    ) -> None:
        kinds = {choice.kind for choice in self.action.form}
        try:
            asked, target = self.action.parameters, self._subjects[0].target
            known = (
                asked(manifest, template, target)
                if asked is not None
                else known_parameters(manifest, template)
            )
            artifacts = known_artifacts(manifest, template) if "artifacts" in kinds else []
        except TuiError:
            return  # the plan says what is wrong with it
        if known or artifacts:
            # What runs has all it needs; what is made anew has to be given it.
            is_new = any(right.verb == "create" for right in self.action.rights)
            made = [
                ParameterField(
                    parameter,
                    is_needed=is_new and is_required(parameter),
                    used=[
                        value
                        for value in used.get(str(parameter["name"]), ())
                        if value != value_of(parameter)
                    ],
                    ascii=self.context.ascii,
                )
                for parameter in known
            ]
            made += [
                ParameterField(each, kind="artifacts", ascii=self.context.ascii)
                for each in artifacts
            ]
            for kind in OF_THE_OBJECT:
                given = dict(text.partition("=")[::2] for text in self._start.get(kind) or ())
                for each in made:
                    if each.kind == kind and each.parameter_name in given:
                        each.begin_with(given[each.parameter_name])
            self._parameters = made
            self._rows = FieldRows(made)
            self._mark_changed()
            at = [choice.kind for choice in self._form].index("parameters")
            place = self.query_one("#dialog-choices")
            before = at if at < len(place.children) else None
            self.share_rows()
            await self._rows.mount(place, before, max(self.most_fields, AT_FIRST))

    @property
    def fields(self) -> Sequence[ChoiceField | ParameterField]:
        """Choices, then parameters and artifacts."""
        return [*self._choice_fields.values(), *self._parameters]

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Those beside it may have the focus next."""
        if self.focused is not None and self.focused.id != "cancel":
            self._is_amid_letters = False  # whoever goes there means what is there
        self._rows.reach_beside(field_of(self.focused))
        super().on_descendant_focus(event)

    def on_resize(self, event: events.Resize) -> None:
        """There may be room for more of them."""
        super().on_resize(event)
        self.call_after_refresh(self._reach_seen)

    def _reach_seen(self) -> None:
        """The fields that come into sight are there."""
        box = self.query_one("#dialog-choices")
        self._rows.reach_seen(int(box.scroll_y), int(box.scroll_y) + box.size.height)

    def _mark_changed(self) -> None:
        """Mark what differs from the original."""
        for each in self._parameters:
            each.set_class(each.change is not None, "-changed")

    def _meant_instead(self) -> Action | None:
        if len(self._manifests) != 1 or not self._refused or self._is_of_several:
            return None
        subject = self._as_read(*self._manifests[0])
        judge = judge_of(self._instead)
        return next(
            (
                other
                for other in self._instead
                if isinstance(judge(other, subject, self.context.conditions), Allowed)
            ),
            None,
        )

    def rights_known(self) -> None:
        """Judge, and plan, by what is known now to be allowed."""
        super().rights_known()
        if self._manifests:
            self._judge()
            self._make_plans()
            self._show()

    def _judge(self) -> None:
        """Who may be acted on, now that all of them is known."""
        self._refused.clear()
        judge = judge_of(self._instead)
        for subject, manifest in self._manifests:
            answer = judge(self.action, self._as_read(subject, manifest), self.context.conditions)
            if isinstance(answer, Denied):
                self._refused[subject.target] = answer

    def _as_read(self, subject: Subject, manifest: Manifest) -> Subject:
        if self.action.on == "kind":
            return subject
        known, _ = KINDS[subject.target.key.kind].whole(msgspec.json.encode(manifest))
        return replace(subject, known=known, is_gone=False)

    @property
    def _nouns(self) -> str:
        """What several of the subjects are called."""
        return str(KINDS[self._subjects[0].target.key.kind].nouns)

    # --- plans -----------------------------------------------------------------------------

    def _choices(self) -> dict[str, Any]:
        given: dict[str, Any] = dict(self._chosen)
        for choice in self._form:
            if choice.kind in OF_THE_OBJECT:
                fields = self._parameters
                changes = [field.change for field in fields if field.kind == choice.kind]
                given[choice.name] = tuple(change for change in changes if change is not None)
                if choice.kind == "artifacts":
                    # The template may tell of some that the run itself says nothing of.
                    given["known_artifacts"] = [f.artifact for f in fields if f.kind == choice.kind]
                continue
            given[choice.name] = self._choice_fields[choice.name].value
        return given

    def _make_plans(self) -> None:
        fields = self._parameters
        problem = next((f.problem for f in fields if f.problem), "")
        lacking: list[str] = []
        wrong: list[str] = []
        plans: list[Planned] = []
        refused = [told(*each) for each in self._left_out]
        refused += [
            told(one, self._unread[one.target])
            for one in self._subjects
            if one.target in self._unread
        ]
        self._facts = replace(self._facts, now=self.context.now())
        for subject, manifest in [] if problem else self._manifests:
            target = subject.target
            denied = self._refused.get(target)
            if denied is not None:
                refused.append(told(subject, denied) if self._is_of_several else denied.why)
                continue
            caller = self._callers.get(target.key.connection)
            facts = replace(
                self._facts,
                target=target,
                caller=caller,
                namespace=self._namespace_of(target),
                by_server=self._is_by_server(target),
            )
            name = f"{subject.name}: " if self._is_of_several else ""
            try:
                plan = self.action.plan(manifest, self._choices(), facts)
            except ValueLacking as error:
                lacking.append(error.name)
                refused.append(f"{name}{error.what}")
                continue
            except (PlanError, InputError, UsageError) as error:
                if isinstance(error, ValueWrong):
                    wrong.append(error.name)
                refused.append(f"{name}{error.what}")
                continue
            unauthorized = self._unauthorized(plan, target.key.connection)
            if unauthorized:
                refused.append(f"{name}{unauthorized}")
            else:
                plans.append((target, plan))
        # What goes on just now ends with it: of many that go, it is read first.
        if self._is_of_several:
            phases = self._phases
            plans.sort(key=lambda each: not (deletes_target(each[1]) and goes_on(phases[each[0]])))
        self._plans = plans
        self._not_planned = refused
        self._wrong = wrong
        self._lacking = lacking = list(dict.fromkeys(lacking))
        self._offer_meant()
        go = self.query_one("#go", Button)
        go.disabled = not plans or not self._is_proved
        if lacking and not self._is_tried:
            # Nobody has done anything wrong yet, so nothing is complained of.
            problem = f"{' and '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} needed"
        if problem:
            self._say(problem, [problem])
            put(self.query_one("#dialog-command", Static), "")
            return
        not_done = [f"✖ {line}" for line in refused]
        if self._meant is not None and not plans:
            not_done.append(f"{self._meant.label}: {self._meant.why}")
        lines = not_done + self._lines(plans)
        self._say("\n".join(lines), self._few_of(not_done, plans) + self._short(plans))
        told_command = f"$ {self._commands[0]}" if len(self._commands) == 1 else ""
        line = plain(clean(told_command[:MOST_OF_A_LINE]), self.context.ascii)
        put(self.query_one("#dialog-command", Static), line)

    @staticmethod
    def _few_of(not_done: Sequence[str], plans: Sequence[Planned]) -> list[str]:
        """The first of what is not done: what is done is not to be pushed out of sight by it."""
        rest = len(not_done) - MOST_NOT_DONE
        if not plans or rest <= 1:
            return list(not_done)
        more = f"✖ and {rest} more are left out ({hint('dialog.details')} names them)"
        return [*not_done[:MOST_NOT_DONE], more]

    @property
    def _is_otherwise(self) -> bool:
        """Whether a field holds something else than at first."""
        return any(
            each.change is not None
            if isinstance(each, ParameterField)
            else each.value != each.start
            for each in self.fields
        )

    @property
    def _commands(self) -> list[str]:
        """The command lines that do the same, one a plan."""
        return [self._command(*planned) for planned in self._plans if planned[1].command]

    def _is_by_server(self, target: Target) -> bool:
        connection = self._connections.get(target)
        return connection is not None and connection.place.is_server

    def _offer_meant(self) -> None:
        """A button for what was probably meant, and why; none where that is what is planned."""
        offers = self.query("#meant")
        if not offers or self.action.meant is None:
            return
        self._meant = None
        if len(self._manifests) == 1 and not self._is_of_several and not self._refused:
            subject, manifest = self._manifests[0]
            facts = replace(self._facts, target=subject.target)
            self._meant = self.action.meant(manifest, self._choices(), facts)
        button = offers.first(Button)
        button.set_class(self._meant is None, "-absent")
        button.label = Content(self._meant.label if self._meant is not None else "")

    def _namespace_of(self, target: Target) -> str:
        """Where a run of what has no namespace itself would be."""
        connection = self._connections.get(target)
        named = connection.place.namespace if connection is not None else ""
        return "" if "," in named else named

    def _command(self, target: Target, plan: Plan) -> str:
        """What would do the same; where the current context may be another, it names this one."""
        if not self.context.elsewhere.is_named:
            return plan.command
        return f"{plan.command} --context {quote(target.key.connection)}"

    def _unauthorized(self, plan: Plan, connection: str) -> str:
        """Which rights lack to just what is planned; "" if none is known to."""
        if plan.operation is None:
            return ""
        answer = verdict_of_plan(plan.operation, self.context.conditions.at(connection))
        return answer.why if isinstance(answer, Denied) else ""

    @property
    def _is_of_several(self) -> bool:
        return len(self._subjects) + len(self._left_out) > 1

    @property
    def not_planned(self) -> tuple[str, ...]:
        """A sentence, with its name, for each of several that was meant and is not done."""
        return tuple(self._not_planned) if self._is_of_several else ()

    def _lines(self, plans: Sequence[Planned]) -> list[str]:
        if not self._is_of_several:
            # The tree costs a walk over it, so it is made for who looks.
            is_whole = self.query_one("#dialog").has_class("-details")
            words = words_of_one(plans[0], self._preview, tree=is_whole) if plans else []
            return [*self._told_otherwise(plans), *self._uploads, *words]
        return words_of_several(plans, self._phases, self._preview, at_a_time=self._at_a_time)

    @property
    def _at_a_time(self) -> int:
        """What a file says is made in its order; all else some at a time."""
        return 1 if self._given else AT_A_TIME

    @property
    def _phases(self) -> dict[Target, str]:
        return {
            one.target: (phase_of(made) or "Pending")
            if one.target.key.kind == WORKFLOW
            else (RUNS_GO_ON if items(part(made, "status"), "active") else "")
            for one, made in self._manifests
        }

    def _short(self, plans: Sequence[Planned]) -> list[str]:
        if self._is_of_several:
            return short_of_several(plans, self._phases, self._preview, at_a_time=self._at_a_time)
        words = short_of_one(plans[0]) if plans else []
        return [*self._told_otherwise(plans), *self._uploads, *words]

    @property
    def _uploads(self) -> list[str]:
        """What is uploaded first, and where to."""
        told = (each.upload_words for each in self._parameters)
        return [each for each in told if each]

    @work(thread=True, group="places")
    def _find_place(self, field: ParameterField, key: str) -> None:
        from tui.artifacts.uploading import place_for

        subject = self._subjects[0]
        target = subject.target
        try:
            connection = self._connection(subject)
            namespace = target.key.namespace or self._namespace_of(target)
            place = place_for(field.artifact, key, namespace, connection)
        except Exception as error:
            self.post_message(self.Placed(field, None, caught(error, "looking for a store")))
        else:
            self.post_message(self.Placed(field, place, None))

    @on(Placed)
    def take_place(self, message: Placed) -> None:
        """Say where it goes before anything does."""
        if message.field.is_attached:
            message.field.place = message.place
            message.field.trouble = message.error.what if message.error is not None else ""
            self._make_plans()
            self.tell_about()

    def _told_otherwise(self, plans: Sequence[Planned]) -> list[str]:
        """What is different since the plan that met a conflict; nothing where there was none."""
        if self._before is None or not plans:
            return []
        found = differences(self._before, plans[0][1])
        said = "Somebody was faster: nothing was done, and this is the plan for it as it is now."
        return [said, *(f"    {each}" for each in found or ["it says the same as before"]), ""]

    def _preview(self, planned: Planned) -> tuple[Call, ...]:
        target, plan = planned
        connection = self._connections.get(target)
        port = connection.port(Operations) if connection is not None else None
        return port.preview(plan.operation) if port is not None and plan.operation else ()

    def _say(self, text: str, short: Sequence[str] = ()) -> None:
        """All there is to say, and the short form of it."""
        lines = text.split("\n")
        shown = [plain(clean(line[:MOST_OF_A_LINE]), self.context.ascii) for line in lines]
        told = [plain(clean(line[:MOST_OF_A_LINE]), self.context.ascii) for line in short]
        self._told = told or shown
        sign = plain(WARNS, self.context.ascii)
        put(self.query_one("#dialog-plan", Static), "\n".join(shown), warns=sign)
        put(self.query_one("#dialog-sentence", Static), "\n".join(self._told), warns=sign)
        self.share_rows()

    @property
    def wanted_width(self) -> int:
        """As much as its words take, and its fields with what is in them."""
        if self.query_one("#dialog").has_class("-details"):
            return WIDE
        title = self.query_one("#dialog-title", Static)
        fields = max((BEFORE_VALUE + len(field.shows) for field in self.fields), default=0)
        named = width_of(str(title.content)) + EDGES - BESIDE
        return max(named, fields, *(width_of(line) for line in self._told), 0)

    @property
    def more_keys(self) -> tuple[tuple[str, str], ...]:
        """How to see each step, pod and call, or the short form again."""
        is_whole = self.query_one("#dialog").has_class("-details")
        in_field = isinstance(self.focused, Input)
        if isinstance(self.focused, LongField):
            return (("dialog.edit", "in $EDITOR"),)
        return (("dialog.details", "in short" if is_whole else "details"),) if not in_field else ()

    @property
    def spare_keys(self) -> tuple[tuple[str, str], ...]:
        """That a value can be written in an editor."""
        field = field_of(self.focused)
        is_value = isinstance(field, ParameterField) and field.kind == "parameters"
        return (("dialog.edit", "in $EDITOR"),) if is_value and self._is_typed_into else ()

    @property
    def _is_typed_into(self) -> bool:
        return isinstance(self.focused, Input)

    def action_details(self) -> None:
        """Each step and pod, every call, and the command that does the same; or the short form."""
        self.query_one("#dialog").toggle_class("-details")
        if self._manifests:
            self._make_plans()
        self.share_rows()

    # --- values ----------------------------------------------------------------------------

    @work(group="edit-value", exclusive=True)
    async def action_edit_value(self) -> None:
        """The value of the field in $VISUAL or $EDITOR, for one that is long or has several lines.

        An empty text is a value, too."""
        field = field_of(self.focused)
        if not isinstance(field, ParameterField) or field.enum or field.kind != "parameters":
            self.context.say("there is no value here to write in an editor")
            return
        try:
            text = await edited(self.context, field.value, field.parameter_name)
        except Exception as error:
            self.context.say(str(caught(error, "editing a value")), "error")
            return
        if text != field.value or not text:
            await field.put(text)
            self.plan_anew()

    def action_recall(self, step: int) -> None:
        """A value that this parameter of this template was given before."""
        field = field_of(self.focused)
        if isinstance(field, ParameterField):
            field.recall(step)

    def action_copy_command(self) -> None:
        """The line that does the same, with all that was chosen, to the clipboard."""
        if self._commands:
            self.context.copy("; ".join(self._commands))
        else:
            self.context.say("there is no command that does this")

    # --- answers ---------------------------------------------------------------------------

    @on(Input.Changed)
    @on(CheckboxField.Toggled)
    @on(SelectField.Selected)
    @on(LongField.Changed)
    def plan_anew(self) -> None:
        """A choice changed: so does the plan, and what differs from the original is marked."""
        self._rehearsed = []
        self._is_tried = self._is_tried or self._is_otherwise
        for entry in self.fields:
            entry.trouble = ""
        for each in self._parameters:
            if each.has_another_file and not each.problem:
                self._find_place(each, each.key)
        self._mark_changed()
        if self._manifests:
            self._make_plans()
        self.tell_about()

    @on(Input.Submitted)
    @on(FormField.Done)
    def next_field(self) -> None:
        """Enter in a field goes on to the next; from the last to the button, which alone sends."""
        if self.focused is not None:
            self.focus_after(self.focused, self.query_one("#go", Button))

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Do nothing."""
        self.context.hold_frames(0)
        self.dismiss(None)

    @on(Button.Pressed, "#meant")
    def take_meant(self) -> None:
        """Choose what was probably meant; the plan for it is shown, and nothing is sent."""
        if self._meant is None:
            return
        for name, value in self._meant.choices.items():
            if name in self._choice_fields:
                self._choice_fields[name].choose(value)
        self.plan_anew()
        self.query_one("#cancel" if self._loses else "#go", Button).focus()

    @on(Button.Pressed, "#go")
    def action_go(self) -> None:
        """Do what the plans say."""
        may = self.context.may_confirm if self._loses else self.context.may_answer
        if self.action.consequence != "none" and not may(self):
            self._refuse(TOO_SOON)
            return
        self._is_tried = True
        self._make_plans()  # times in a plan are those of the answer, not of the question
        if not self._plans:
            self._go_to_lacking()
            if self._wrong and self._not_planned:
                self._refuse(f"not done: {self._not_planned[-1]}")
        elif self._form and not any(plan.operation for _, plan in self._plans):
            # What was filled in is still there to be mended.
            first = self._plans[0][1]
            self._refuse(first.sentence or first.lines[0])
        elif self._proof is not None and not self._is_proved:
            said = self._proof.label[0].lower() + self._proof.label[1:]
            self._refuse(f"not done: {said} first")
            self._typed_name.focus()
        elif self._plans and (waiting := self._unplaced):
            said = waiting.trouble or "where its file goes is being looked for"
            self._refuse(f"not sent: {waiting.parameter_name}: {said}")
        elif self._plans and not self._rehearsed:
            if self._is_rehearsed_first:
                self._rehearsed = list(self._plans)
                self._say("\n".join([ASKING, *self._told]), [ASKING, *self._told])
                files = [(each.place, each.file) for each in self._parameters if each.file]
                self._rehearse(self._rehearsed, files)
            else:
                self._end(self._plans)

    def _go_to_lacking(self) -> None:
        """To the first field that stands in the way; of many it may be out of sight."""
        wrong = next((each for each in self._parameters if each.problem), None)
        if wrong is not None:
            self._rows.go_to(wrong)
        elif self._lacked_choice is not None:
            self._lacked_choice.entry.focus()

    @property
    def _unplaced(self) -> ParameterField | None:
        """A field with a file of which it is not known where it goes."""
        fields = self._parameters
        return next((each for each in fields if each.file and each.place is None), None)

    @property
    def _is_rehearsed_first(self) -> bool:
        """Whether the cluster is asked first whether it takes what somebody filled in or wrote."""
        if not (self._asks_parameters or self._given) or len(self._plans) > MOST_REHEARSED:
            return False
        operations = [plan.operation for _, plan in self._plans if plan.operation]
        changes = [change for each in operations for change in each.changes]
        return bool(changes) and all(
            isinstance(each, Create | Update) and not each.dry_run for each in changes
        )

    @work(thread=True, group="rehearsal")
    def _rehearse(self, plans: list[Planned], files: list[tuple[Location, Path]]) -> None:
        error: TuiError | None = None
        try:
            for target, plan in plans:
                connection = self._connections.get(target)
                port = connection.port(Operations) if connection is not None else None
                if port is None or plan.operation is None:
                    continue
                # What is overtaken is told, and planned anew, where it is sent.
                with suppress(NotOffered, Conflict):
                    port.rehearse(plan.operation)
            for place, path in files:
                from tui.artifacts.uploading import upload

                upload(place, path, self._connection(self._subjects[0]))
        except Exception as found:
            error = caught(found, "asking whether it would be taken")
        self.post_message(self.Rehearsed(plans, error))

    @on(Rehearsed)
    def heed_rehearsal(self, message: Rehearsed) -> None:
        """Send what the cluster takes; else say why not, beside the field that it names."""
        if message.plans is not self._rehearsed:
            return  # something else was filled in meanwhile
        self._rehearsed = []
        if message.error is None:
            self._end(message.plans)
            return
        self._make_plans()
        is_store = isinstance(message.error, ArtifactError)
        why = "a file cannot be uploaded" if is_store else "the cluster would not take it"
        said = f"✖ not sent, {why}: {message.error}"
        self._say("\n".join([said, *self._told]), [said, *self._told])
        if (named := self._field_named(message.error.what)) is not None:
            named.trouble = message.error.what
            self._rows.go_to(named)
        self.tell_about()

    def _field_named(self, why: str) -> ChoiceField | ParameterField | None:
        """The field that the cluster speaks of: a parameter by its name, what the action itself
        asks for by where that stands in the object."""
        words = set(re.findall(r"[\w-]+", why))
        named = (each for each in self._parameters if each.parameter_name in words)
        choices = (self._choice_fields.get(name) for said, name in STANDS_IN if said.search(why))
        return next(named, None) or next((each for each in choices if each is not None), None)

    def _refuse(self, why: str) -> None:
        """Say why an answer is not taken, for as long as there is none."""
        self._not_taken = why
        self.context.say(why, "warning")

    def _end(self, plans: list[Planned]) -> None:
        """Answer with these; what was filled in can be offered again."""
        self.context.unsay(self._not_taken)
        if len(self._manifests) == 1:
            given = {
                each.parameter_name: each.value
                for each in self._parameters
                if each.change is not None and each.kind == "parameters"
            }
            UsedValues().remember(_template_of(*self._manifests[0]), given)
        self.dismiss(plans)

    def action_yes(self) -> None:
        """`y`, where there is nothing but two buttons, and it is no letter of a word."""
        if self.query("Input, SelectField"):
            return
        if self._is_amid_letters:
            self._refuse(OF_A_WORD)
        else:
            self.action_go()

    def heed_stray_letter(self) -> str:
        """Somebody types a word, and its end would be an answer: from now on that is no yes."""
        if self.action.consequence == "none" or not isinstance(self.focused, Button):
            return ""
        self._is_amid_letters = True
        self.query_one("#cancel").focus()
        return f"Cancel is chosen, {hint('dialog.next')} goes on from there"


def _template_of(subject: Subject, manifest: Manifest) -> str:
    """What the parameters belong to: a template or cron workflow; "" for those of one run."""
    kind, key = str(manifest.get("kind") or ""), subject.target.key
    name = key.name
    if key.kind == WORKFLOW:
        try:
            made_from = part(part(manifest, "spec"), "workflowTemplateRef")
        except TuiError:
            return ""
        name = str(made_from.get("name") or "")
        kind = "ClusterWorkflowTemplate" if made_from.get("clusterScope") else "WorkflowTemplate"
    namespace = "" if kind == "ClusterWorkflowTemplate" else key.namespace
    return "/".join((kind, namespace, name)) if name else ""


def _is_only_in_archive(subject: Subject) -> bool:
    """Whether only the archive has it, as far as its list knows."""
    is_away = bool(getattr(subject.known, "is_only_archived", False))
    return is_away or bool(subject.target.key.incarnation)


def _made_from(source: Connection, subject: Subject, manifest: Manifest) -> Manifest | None:
    """The template of a workflow, if it can be read: what parameters can be, it alone may tell."""
    try:
        made_from = part(part(manifest, "spec"), "workflowTemplateRef")
        if not made_from.get("name"):
            return None
        name = "ClusterWorkflowTemplate" if made_from.get("clusterScope") else "WorkflowTemplate"
        kind, key = kind_called(name), subject.target.key
        template = key._replace(kind=kind.id, name=str(made_from["name"]))
        return offered(source, Objects).get(Target(template))
    except TuiError:
        # Gone, or no right to it: then there are names and values, as the workflow has them.
        return None
