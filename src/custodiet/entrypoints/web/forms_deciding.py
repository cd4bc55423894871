"""Forms of a case's decisions. What is asked follows the model's closed lists; what is missing, the rules say."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from custodiet.entrypoints.web.forms import DateField, later
from custodiet.entrypoints.web.forms_conditions import Conditions
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.wording_deciding import ARTICLE_8, INTERFERENCE, WORDS, said
from custodiet.model.assessing_record import ReturnReason
from custodiet.model.assessment import (
    Article8,
    AtHome,
    FamilyReason,
    Practical,
    Said,
    Selection,
)
from custodiet.model.decision import Decision
from custodiet.model.ending import CLOSING, EndReason, StopKind
from custodiet.model.exemption import ExemptionAnswer
from custodiet.model.fact import Age, CaseFact, FactKind
from custodiet.model.mode import LADDER, MODES, Mode, ModeCode
from custodiet.model.register import Exemption
from custodiet.model.representation import Reply
from custodiet.model.review import ReviewOutcome, StillNeeded, Trigger
from custodiet.model.scheme import Scheme
from custodiet.model.screening import Adjustment, Hit, Question
from custodiet.rules.references import objections_to_reference

TEXT_MAX = 4000
REASON_MAX = 400
"""Of one answer of a screening: all of them have room in one sealed size."""
CHOOSE = "Choose one"
DETENTION = "detention"
STARTS = {"hour": "In one hour", "four_hours": "In four hours", "day": "In a day"}
_AHEAD = {"hour": timedelta(hours=1), "four_hours": timedelta(hours=4), "day": timedelta(days=1)}
REVIEW_DAYS = (1, 7, 14, 28, 56, 84)
Choice = tuple[str, Any]


def coded(codes: type[StrEnum] | Iterable[StrEnum]) -> list[Choice]:
    """A closed list as choices."""
    return [(one.value, later(said(one))) for one in codes]


def one_of(codes: type[StrEnum] | Iterable[StrEnum]) -> list[Choice]:
    """The same, with nothing chosen."""
    return [("", later(CHOOSE)), *coded(codes)]


def rungs(modes: Iterable[Mode]) -> list[Choice]:
    return [(mode.code.value, later(f"Rung {mode.rung}: {mode.title}")) for mode in modes]


def facts_of(facts: Iterable[CaseFact]) -> list[Choice]:
    """A case's facts as choices: what about, and of which day."""
    return [(one.id, FactWords(one)) for one in facts]


class FactWords:
    """A fact as a page says it, in the language of the request."""

    def __init__(self, fact: CaseFact) -> None:
        self._fact = fact

    def __str__(self) -> str:
        kind = say(WORDS[FactKind][self._fact.kind].partition(":")[0])
        age = "" if self._fact.age is None else f" ({say(said(self._fact.age))})"
        return f"{kind}{age}, {self._fact.dated:%-d %B %Y}"


def _text(label: str, hint: str = "", *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=later(label),
        help_text=later(hint) if hint else "",
        widget=forms.Textarea,
        max_length=TEXT_MAX,
        required=required,
        error_messages={"required": later("Write something, or go back")},
    )


def _radios(label: str, choices: Sequence[Choice], hint: str = "", error: str = "Choose one") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=later(label),
        help_text=later(hint) if hint else "",
        choices=choices,
        widget=forms.RadioSelect,
        error_messages={"required": later(error)},
    )


def _boxes(label: str, choices: Sequence[Choice], hint: str = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=later(label),
        help_text=later(hint) if hint else "",
        choices=choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


def _answered(question: str) -> forms.ChoiceField:
    """One question of a sheet: nothing is answered by leaving it."""
    field = _radios(question, coded(Said))
    field.required = False
    return field


def _select(label: str, choices: Sequence[Choice], *, required: bool = False) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=later(label),
        choices=choices,
        required=required,
        error_messages={"required": later(CHOOSE)},
    )


class NewCase(forms.Form):
    """Open a case."""

    reference = forms.CharField(
        label=later("Reference"),
        help_text=later("The number staff use. It says nothing of the person: no name, no date of birth."),
        max_length=40,
        error_messages={"required": later("Enter a reference")},
    )

    def __init__(self, schemes: Sequence[Scheme], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        choices = [(one.id, one.name) for one in schemes]
        if len(choices) > 1:
            self.fields["scheme"] = _radios("Scheme", choices)

    def clean_reference(self) -> str:
        reference: str = self.cleaned_data["reference"].strip()
        if objections_to_reference(reference):
            raise forms.ValidationError(say("A reference has letters, digits, full stops and dashes"))
        return reference


class NameForm(forms.Form):
    """Name the person of a case."""

    name = forms.CharField(
        label=later("Name"),
        help_text=later("Sealed for this case before it is kept. Only its own officers can open it."),
        max_length=200,
        error_messages={"required": later("Enter a name")},
    )


class FactForm(forms.Form):
    """One fact."""

    kind = forms.ChoiceField(
        label=later("What it is about"),
        choices=one_of(FactKind),
        error_messages={"required": later("Choose what it is about")},
    )
    age = forms.ChoiceField(
        label=later("For a fact about age: how old they are taken to be"), choices=one_of(Age), required=False
    )
    dated = DateField(
        label=later("The day it is of"),
        help_text=later("For example 27 3 2031"),
        error_messages={"required": later("Enter the day it is of")},
    )
    text = _text("In words, if a code does not say it", "Sealed for this case. Not needed.")

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        if (told.get("kind") == FactKind.AGE) != bool(told.get("age")) and "kind" in told:
            self.add_error("age", say("A fact about age says which, and only such a one does"))
        dated = told.get("dated")
        if dated is not None and dated > _today():
            self.add_error("dated", say("A fact is recorded once it is one: the day must not lie ahead"))
        return told


class InviteForm(forms.Form):
    """The person is asked to say what they think."""

    when = _radios(
        "What the person was told",
        [
            ("until", later("They have time to answer, until the day below")),
            ("now", later("They were asked in person and have nothing to add now")),
        ],
        error="Say until when they may answer",
    )
    until = DateField(label=later("They have until the end of"), required=False)

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        if told.get("when") == "until":
            if told.get("until") is None and "until" not in self.errors:
                self.add_error("until", say("Enter the day until which they may answer"))
            elif told.get("until") and told["until"] < _today():
                self.add_error("until", say("The day must be today or later"))
        return told

    def until_at(self, now: datetime) -> datetime:
        if self.cleaned_data["when"] == "now":
            return now
        return end_of(self.cleaned_data["until"])


class SaidForm(forms.Form):
    """What the person said."""

    text = _text(
        "What they, or someone for them, said", "Sealed for this case. It is answered in 28 days.", required=True
    )


class AnswerForm(forms.Form):
    """Our answer to it."""

    reply = _radios("Our answer", coded(Reply))
    reasons = _text("Why", "Sealed for this case.", required=True)


class ScreeningForm(forms.Form):
    """Every question, each marked if its answer is not no; the rest only by an explicit word."""

    asked = forms.BooleanField(
        label=later("Every question was asked, and what is not marked otherwise was answered no"),
        error_messages={"required": later("Ask every question first, and say so here")},
    )

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        for one in Question:
            words = said(one)
            self.fields[f"{one}_hit"] = forms.ChoiceField(label=later(words), choices=coded(Hit), initial=Hit.NO)
            self.fields[f"{one}_adjusted"] = _boxes("What is done otherwise", coded(Adjustment))
            self.fields[f"{one}_reason"] = forms.CharField(
                label=later("Or why nothing is"), max_length=REASON_MAX, required=False
            )

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        for one in Question:
            hit = told.get(f"{one}_hit")
            if hit in (Hit.YES, Hit.NOT_KNOWN) and not told.get(f"{one}_adjusted") and not told.get(f"{one}_reason"):
                missing = say("%(what)s: say what is done otherwise, or why nothing is") % {"what": say(said(one))}
                self.add_error(f"{one}_reason", missing)
        return told

    def answers(self) -> dict[Question, tuple[Hit, tuple[Adjustment, ...], str]]:
        told = self.cleaned_data
        return {
            one: (
                Hit(told[f"{one}_hit"]),
                tuple(Adjustment(each) for each in told[f"{one}_adjusted"]),
                told[f"{one}_reason"],
            )
            for one in Question
        }


class AssessForm(forms.Form):
    """Why this rung for this person and none lower. What the gate needs is asked; the gate says what is missing."""

    def __init__(
        self,
        mode: Mode,
        scheme: Scheme,
        facts: Sequence[CaseFact],
        exemptions: Sequence[Exemption],
        *given: Any,
        **named: Any,
    ) -> None:
        super().__init__(*given, **named)
        self.mode = mode
        self.exemptions = tuple(one for one in exemptions if one.exempts_from(mode.code))
        choices = facts_of(facts)
        add = self.fields
        add["selection"] = _select("Why this case was looked at", one_of(Selection))
        add["selection_fact"] = _select("The fact that says so", [("", later(CHOOSE)), *choices])
        for exemption in self.exemptions:
            add[f"exempt_{exemption.code}"] = _radios(exemption.title, _exempting(exemption), exemption.rule)
            add[f"exempt_{exemption.code}"].required = False
        for family in mode.lower_families:
            add[f"{family}_reason"] = _select("Why these will not do for this person", one_of(FamilyReason))
            add[f"{family}_facts"] = _boxes("Facts that say so", choices)
            add[f"{family}_words"] = _text("In words, if the code does not say it", "Sealed. Not needed.")
        add["compared"] = _boxes(
            "What this was compared with",
            [*rungs(LADDER[: mode.rung]), (DETENTION, later("Detention"))],
            "At least one lower rung. Detention alone is no comparison.",
        )
        if mode.locates:
            for question in Article8:
                add[f"article_8_{question}"] = _answered(said(question))
        else:
            add["interference"] = _select(
                "Private and family life (Article 8)", [("", later(CHOOSE)), *_worded(INTERFERENCE)]
            )
            add["article_8"] = _boxes("Which of these is so", _worded(ARTICLE_8), "What is not marked is answered no.")
        if mode.needs_device:
            for asked in Practical:
                add[f"practical_{asked}"] = _answered(said(asked))
        else:
            hint = "What is not marked is not known. Not needed for a rung without a device."
            add["practical"] = _boxes("What is so in this person’s life", coded(Practical), hint)
        add["at_home"] = _boxes("Who else at home it falls on", coded(AtHome))
        add["finding"] = forms.BooleanField(label=later("I have read this finding"), required=False)
        if len(scheme.powers) > 1:
            add["power"] = _radios("Power", [(one.code, f"{one.title} ({one.source})") for one in scheme.powers])
        if len(scheme.purposes) > 1:
            add["purposes"] = _boxes("Purposes", [(one.code, one.title) for one in scheme.purposes])
            add["purposes"].required = True
            add["purposes"].error_messages["required"] = later("Choose what it is for")
        add["starts"] = forms.ChoiceField(
            label=later("It starts"),
            choices=_worded(STARTS),
            initial="day",
            error_messages={"required": later("Choose when it starts")},
        )
        add["review"] = forms.ChoiceField(
            label=later("It is reviewed after"),
            help_text=later("Without a review it ends that day by itself."),
            choices=[
                ("", later(CHOOSE)),
                *((str(one), later(f"{one} days" if one > 1 else "1 day")) for one in REVIEW_DAYS),
            ],
            error_messages={"required": later("Choose when it is reviewed")},
        )
        add["ends"] = DateField(
            label=later("It ends on"), help_text=later("If it ends sooner than that."), required=False
        )
        add["words"] = _text("Anything else, in words", "Sealed for this case. Not needed.")
        add["conditions"] = Conditions(mode)

    def about_exemptions(self) -> tuple[ExemptionAnswer, ...]:
        """What was answered of each exemption; nothing for one that nobody answered."""
        told = [(one.code, self.cleaned_data[f"exempt_{one.code}"]) for one in self.exemptions]
        return tuple(
            ExemptionAnswer(code, answer != "no", answer.removeprefix("over_") if answer.startswith("over_") else None)
            for code, answer in told
            if answer
        )

    def exempt_fields(self) -> list[forms.BoundField]:
        """The fields that ask about exemptions."""
        return [self[f"exempt_{one.code}"] for one in self.exemptions]

    def starts_at(self, now: datetime) -> datetime:
        return (now + _AHEAD[self.cleaned_data["starts"]]).replace(second=0, microsecond=0)

    def review_due_at(self, now: datetime) -> datetime:
        return self.starts_at(now) + timedelta(days=int(self.cleaned_data["review"]))

    def sheet(self, name: str) -> list[forms.BoundField]:
        """The fields of a sheet of which each question is answered by itself; none where it has one field for all."""
        return [self[one] for one in self.fields if one.startswith(f"{name}_")]

    def compared_with(self) -> tuple[ModeCode, ...]:
        """The lower rungs among what it was compared with."""
        return tuple(ModeCode(one) for one in self.cleaned_data["compared"] if one != DETENTION)

    def article_8(self) -> tuple[tuple[Article8, Said], ...]:
        """The five answers. Of a sheet those that were given; of the short form none, unless it was said how far it
        interferes.
        """
        told = self.cleaned_data
        if self.mode.locates:
            answers = ((one, told[f"article_8_{one}"]) for one in Article8)
            return tuple((one, Said(answer)) for one, answer in answers if answer)
        if not told["interference"]:
            return ()
        known = told["interference"] != "not_known"
        interferes = _yes(told["interference"] in ("light", "grave")) if known else Said.NOT_KNOWN
        grave = _yes(told["interference"] == "grave") if known else Said.NOT_KNOWN
        rest = (Article8.PROVIDED_BY_LAW, Article8.NECESSARY, Article8.PROPORTIONATE)
        return (
            (Article8.INTERFERES, interferes),
            (Article8.GRAVE, grave),
            *((one, _yes(one.value in told["article_8"])) for one in rest),
        )

    def practicality(self) -> tuple[tuple[Practical, Said], ...]:
        """Of a sheet the answers that were given; of the short form what was not marked is not known."""
        told = self.cleaned_data
        if self.mode.needs_device:
            answers = ((one, told[f"practical_{one}"]) for one in Practical)
            return tuple((one, Said(answer)) for one, answer in answers if answer)
        return tuple((one, Said.YES if one.value in told["practical"] else Said.NOT_KNOWN) for one in Practical)

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        ends = told.get("ends")
        if ends is not None and ends <= _today() + timedelta(days=1):
            self.add_error("ends", say("The end lies after the start"))
        if AtHome.NOBODY in told.get("at_home", ()) and len(told["at_home"]) > 1:
            self.add_error("at_home", say("Either nobody, or those who are there"))
        return told


def typed_in(form: forms.Form, data: QueryDict) -> tuple[tuple[str, str], ...]:
    """What was typed into the fields of a form, finished or not, and into no other: a name again for each value."""
    names = [each for name in form.fields for each in (name, *(f"{name}_{part}" for part in range(3)))]
    return tuple((name, value) for name in names for value in data.getlist(name) if value)


def typed_before(form: forms.Form, typed: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The same as what a form begins with."""
    data: MultiValueDict[str, str] = MultiValueDict()
    for name, value in typed:
        data.appendlist(name, value)
    widgets = {name: field.widget for name, field in form.fields.items()}
    return {
        name: widget.value_from_datadict(data, MultiValueDict(), name)
        for name, widget in widgets.items()
        if not widget.value_omitted_from_data(data, MultiValueDict(), name)
    }


_FIELDS = {
    "selection_without_fact": "selection_fact",
    "exemption_unasked": "exempt_{about}",
    "family_unanswered": "{about}_reason",
    "family_without_fact": "{about}_facts",
    "fact_of_another": "{about}_facts",
    "no_duty": "{about}_reason",
    "no_order": "{about}_reason",
    "compared_with_nothing_lower": "compared",
    "home_not_considered": "at_home",
    "article_8_unanswered": "article_8_{about} interference",
    "article_8_not_met": "article_8_{about} article_8",
    "practicality_unanswered": "practical_{about} practical",
    "not_practical": "practical_{about} practical",
    "finding_not_shown": "finding",
}
"""Where an objection is mended: the first of these that a form has."""


def field_for(form: forms.Form, code: str, about: str) -> str | None:
    """The field of an assessment where an objection is mended; None: elsewhere."""
    names = _FIELDS.get(code, "").format(about=about).split()
    return next((one for one in names if one in form.fields), None)


class NarrowForm(forms.Form):
    """Less than was proposed."""

    def __init__(self, lower: Iterable[Mode], carried: Sequence[Choice], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        same = ("", later("The same rung"))
        self.fields["mode"] = forms.ChoiceField(
            label=later("A lower rung"), choices=[same, *rungs(lower)], required=False
        )
        self.fields["review"] = DateField(label=later("An earlier review, at the end of"), required=False)
        if carried:
            self.fields["without"] = _boxes("Without these conditions", carried)


class ReturnForm(forms.Form):
    """Given back, with a reason."""

    reason = _select("What is missing", one_of(ReturnReason), required=True)
    words = _text("In words", "Sealed for this case; whoever proposed it can be told.", required=True)


class DecisionWords:
    """A decision as a choice, in the language of the request."""

    def __init__(self, decision: Decision) -> None:
        self._rung = decision.rung

    def __str__(self) -> str:
        return say("Rung %(rung)s: %(title)s") % {"rung": self._rung.rung, "title": self._rung.title}


class WhichForm(forms.Form):
    """Nothing but which decision is meant, where there are several."""


def choose_decision(form: forms.Form, standing: Sequence[Decision]) -> None:
    """Ask which decision is meant; of one alone nothing is asked."""
    if len(standing) > 1:
        form.fields["decision"] = _radios("Which decision", [(one.id, DecisionWords(one)) for one in standing])


class StepDownForm(forms.Form):
    """A lower rung."""

    def __init__(self, lower: Iterable[Mode], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["mode"] = _radios("Step down to", rungs(lower))


class EndForm(forms.Form):
    """End one decision."""

    reason = _radios("Why it ends", coded([EndReason.NOT_NEEDED, EndReason.LEAVE_GRANTED]))


class CloseForm(forms.Form):
    """Close the case."""

    reason = _radios("Why the case closes", coded([one for one in EndReason if one in CLOSING]))


class ReviewForm(forms.Form):
    """Decide a review. `lower`: the rungs below what stands; empty when nothing stands or nothing is lower."""

    def __init__(self, lower: Sequence[Mode], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        add = self.fields
        comes_to = [one for one in ReviewOutcome if lower or one is not ReviewOutcome.LOWER]
        add["outcome"] = _radios("What it comes to", coded(comes_to))
        add["why"] = _select("To go on: why it is still needed", one_of(StillNeeded))
        add["why_not_lower"] = _select("To go on: why nothing lower will do", one_of(FamilyReason))
        if lower:
            choices = [("", later(CHOOSE)), *rungs(lower)]
            add["mode"] = forms.ChoiceField(label=later("To step down: to which rung"), choices=choices, required=False)
        add["next_due"] = DateField(label=later("Of an order that goes on: its next review"), required=False)
        add["text"] = _text("In words", "Sealed for this case. Not needed.")

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        if told.get("outcome") == ReviewOutcome.LOWER and not told.get("mode"):
            self.add_error("mode", say("Choose the rung to step down to"))
        return told


class OpenReviewForm(forms.Form):
    """Open a review."""

    trigger = _select("What opens it", one_of(Trigger), required=True)


class StopForm(forms.Form):
    """A stop that a court or a regulator has ordered."""

    kind = _radios("What was ordered", coded(StopKind))
    authority = forms.CharField(
        label=later("Which court or regulator"),
        help_text=later("Its short name in this service, such as court-of-the-sea. No name of a person."),
        max_length=60,
        error_messages={"required": later("Say who ordered it")},
    )

    def __init__(self, decisions: Sequence[Choice], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["decisions"] = _boxes("What it stops", decisions)
        self.fields["decisions"].required = True
        self.fields["decisions"].error_messages["required"] = later("Mark what it stops")

    def clean_authority(self) -> str:
        name: str = self.cleaned_data["authority"].strip().lower().replace(" ", "-")
        if not all(one.isalnum() or one == "-" for one in name):
            raise forms.ValidationError(say("A short name has letters, digits and dashes"))
        return name


class CheckForm(forms.Form):
    """A second person’s look at a stop."""

    as_ordered = _radios(
        "Was it entered as it was ordered?",
        [("yes", later("Yes")), ("no", later("No: the data protection officer is asked"))],
    )


def mode_of(code: str) -> Mode | None:
    """A rung by its code in an address."""
    return MODES[ModeCode(code)] if code in set(ModeCode) else None


def end_of(day: date) -> datetime:
    """The end of a day, UTC."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def _today() -> date:
    today: date = settings.PLACE.clock.now().date()
    return today


def _exempting(exemption: Exemption) -> list[Choice]:
    """What can be said of one exemption: only its own grounds override it."""
    grounds = [
        (f"over_{one.code}", f"{say('It applies, and is overridden:')} {one.text}") for one in exemption.criteria
    ]
    return [("no", later("It does not apply")), *grounds, ("yes", later("It applies"))]


def _worded(words: dict[str, str]) -> list[Choice]:
    return [(code, later(text)) for code, text in words.items()]


def _yes(holds: bool) -> Said:  # noqa: FBT001 - it is what is asked
    return Said.YES if holds else Said.NO
