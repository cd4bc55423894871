"""Forms of a scheme's register and assessment. What a field asks for is told beside the field of its class, once.

Text may stay empty: what is missing is a gap, and keeps an operation from beginning, not a draft from being saved.
"""

from dataclasses import fields
from typing import Any

from django import forms

from custodiet.entrypoints.web.forms import DayField
from custodiet.model.dpia import Alternative, Description, Dpia, Harm, Level, OperationAssessment, Risk
from custodiet.model.mode import LADDER, MODES, ModeCode
from custodiet.model.register import Register, RegisteredPurpose
from custodiet.model.scheme import Regime

TEXT_MAX = 50_000
"""Characters of one answer."""
CODE = r"^[a-z][a-z0-9_]{0,39}$"
_CODE_SAYS = "Use up to 40 small letters, digits and underscores, beginning with a letter"
_CALLED = {Regime.UK_GDPR: "UK GDPR"}
FILE_BYTES_MAX = 300 * 1024
"""Of a document: it comes twice, and the second time as a field of a form (configured.py bounds both)."""
UNSAID = [("", "Not said yet")]


def label_of(kind: type, name: str) -> str:
    """What a field asks for, as its class tells it."""
    says: str = next(one.metadata["says"] for one in fields(kind) if one.name == name)
    return says[:1].upper() + says[1:]


def _who(kind: type, name: str) -> str:
    who: str = next(one.metadata["who"].value for one in fields(kind) if one.name == name)
    return f"{who[:1].upper()}{who[1:]} can supply it"


def text(kind: type, name: str, rows: int = 4) -> forms.CharField:
    """Running text."""
    return forms.CharField(
        label=label_of(kind, name),
        help_text=_who(kind, name),
        widget=forms.Textarea(attrs={"rows": rows}),
        max_length=TEXT_MAX,
        required=False,
    )


def line(kind: type, name: str) -> forms.CharField:
    """One line."""
    return forms.CharField(label=label_of(kind, name), help_text=_who(kind, name), max_length=500, required=False)


def choice(kind: type, name: str, options: Any) -> forms.ChoiceField:
    """One of a few, or not said yet."""
    named = [(one.value, _CALLED.get(one, one.value.replace("_", " ").capitalize())) for one in options]
    return forms.ChoiceField(
        label=label_of(kind, name),
        help_text=_who(kind, name),
        choices=[*UNSAID, *named],
        widget=forms.RadioSelect,
        required=False,
    )


class SmallFile(forms.FileField):
    """A file that is not larger than any document of a scheme."""

    def __init__(self, label: str) -> None:
        told = {"required": "Choose a file", "empty": "The file is empty", "missing": "Choose a file"}
        super().__init__(label=label, help_text="At most 300 kilobytes", error_messages=told)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Raises ValidationError for a larger one."""
        file = super().clean(data, initial)
        if file is not None and file.size > FILE_BYTES_MAX:
            raise forms.ValidationError("The file is larger than 300 kilobytes")
        return file


class CopyForm(forms.Form):
    """How the copy of a scheme is called."""

    scheme_id = forms.RegexField(
        r"^[A-Za-z0-9_]{1,64}$",
        label="The new scheme’s short name in addresses and documents",
        help_text="Up to 64 letters, digits and underscores. It cannot be changed later",
        error_messages={
            "required": "Enter a short name",
            "invalid": "Use up to 64 letters, digits and underscores for the short name",
        },
    )
    name = forms.CharField(
        label="The new scheme’s name", max_length=200, error_messages={"required": "Enter the scheme’s name"}
    )


class DocumentForm(forms.Form):
    """A file, and from when on it is to hold."""

    document = SmallFile("The scheme as a JSON document")
    from_day = DayField(label="In effect from", help_text="Empty: at once", required=False)


class PiaForm(forms.Form):
    """A file of the CNIL's tool."""

    document = SmallFile("The file that the PIA tool has written")


class PurposeForm(forms.Form):
    """One purpose of a register."""

    code = forms.RegexField(
        CODE,
        label="Code",
        help_text="How other parts of the register name it; it cannot be changed later",
        error_messages={"invalid": _CODE_SAYS, "required": "Give it a code"},
    )
    title = line(RegisteredPurpose, "title")
    description = text(RegisteredPurpose, "description")
    task = text(RegisteredPurpose, "task", 2)
    basis = line(RegisteredPurpose, "basis")
    special_condition = line(RegisteredPurpose, "special_condition")
    schedule_condition = line(RegisteredPurpose, "schedule_condition")
    regime = choice(RegisteredPurpose, "regime", Regime)
    operational = forms.BooleanField(
        label="It is an operational purpose",
        help_text="Off unless someone decided otherwise",
        required=False,
    )
    look_up_hours = forms.IntegerField(
        label="Hours that one look-up for it spans at most",
        help_text="Empty: 24",
        required=False,
        min_value=1,
        max_value=72,
    )
    from_day = DayField(label="In effect from", help_text="Empty: at once", required=False)

    def purpose(self) -> RegisteredPurpose:
        """What was filled in."""
        told = {name: value for name, value in self.cleaned_data.items() if name != "from_day"}
        regime, hours = told.pop("regime"), told.pop("look_up_hours")
        return RegisteredPurpose(**told, regime=Regime(regime) if regime else None, look_up_hours=hours or 24)


class NeedForm(forms.Form):
    """Step 1."""

    need = text(Description, "need", 8)


class ProcessingForm(forms.Form):
    """Step 2."""

    nature = text(Description, "nature", 8)
    scope = text(Description, "scope")
    context = text(Description, "context")
    vulnerability = text(Description, "vulnerability")
    special_categories = text(Description, "special_categories")


class SignOffForm(forms.Form):
    """Step 7, as far as the author writes it."""

    owner = line(Dpia, "owner")
    review_due_at = DayField(label=label_of(Dpia, "review_due_at"), help_text="Within a year", required=False)


class OperationForm(forms.Form):
    """Step 4, for one operation; `why_…` for each mode below it."""

    necessity = text(OperationAssessment, "necessity", 6)
    proportionality = text(OperationAssessment, "proportionality", 6)
    criteria = text(OperationAssessment, "criteria")
    informing = text(OperationAssessment, "informing")
    access = text(OperationAssessment, "access")
    retention = text(OperationAssessment, "retention")

    def __init__(self, mode: ModeCode, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.mode = mode
        for one in LADDER:
            if one.rung < MODES[mode].rung:
                self.fields[f"why_{one.code.value}"] = forms.CharField(
                    label=f"Why this would not do: rung {one.rung}, {one.title}",
                    widget=forms.Textarea(attrs={"rows": 2}),
                    max_length=TEXT_MAX,
                    required=False,
                )

    @staticmethod
    def initial_of(assessed: OperationAssessment | None) -> dict[str, str]:
        """What was said so far."""
        if assessed is None:
            return {}
        told = {name: getattr(assessed, name) for name in OperationForm.base_fields}
        return told | {f"why_{one.mode.value}": one.why_not for one in assessed.alternatives}

    def assessment(self) -> OperationAssessment:
        """What was filled in; an alternative without a word is none."""
        told = self.cleaned_data
        alternatives = tuple(
            Alternative(one.code, why) for one in LADDER if (why := told.get(f"why_{one.code.value}", ""))
        )
        return OperationAssessment(
            self.mode, **{name: told[name] for name in OperationForm.base_fields}, alternatives=alternatives
        )


class RiskForm(forms.Form):
    """Steps 5 and 6, for one risk."""

    code = forms.RegexField(
        CODE, label="Code", error_messages={"invalid": _CODE_SAYS, "required": "Give the risk a code"}
    )
    title = line(Risk, "title")
    harm = choice(Risk, "harm", Harm)
    likelihood = choice(Risk, "likelihood", Level)
    severity = choice(Risk, "severity", Level)
    measure = text(Risk, "measure")
    residual = choice(Risk, "residual", Level)
    owner = line(Risk, "owner")
    operations = forms.MultipleChoiceField(
        label=label_of(Risk, "operations"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, register: Register, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["operations"].choices = [
            (one.mode.value, f"Rung {MODES[one.mode].rung}: {MODES[one.mode].title}") for one in register.operations
        ]

    def risk(self) -> Risk:
        """What was filled in."""
        told = self.cleaned_data
        return Risk(
            told["code"],
            told["title"],
            Harm(told["harm"]) if told["harm"] else None,
            Level(told["likelihood"]) if told["likelihood"] else None,
            Level(told["severity"]) if told["severity"] else None,
            told["measure"],
            Level(told["residual"]) if told["residual"] else None,
            told["owner"],
            tuple(ModeCode(one) for one in told["operations"]),
        )


class ConsultationForm(forms.Form):
    """Step 3: who was asked and what they said, or why they were not."""

    of = forms.MultipleChoiceField(
        label="Who this is about",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose who this is about"},
    )
    at = DayField(label="When they were asked, or when it was decided not to", error_messages={"required": "Say when"})
    how = forms.CharField(
        label="How they were asked", widget=forms.Textarea(attrs={"rows": 2}), max_length=TEXT_MAX, required=False
    )
    views = forms.CharField(label="What they said", widget=forms.Textarea, max_length=TEXT_MAX, required=False)
    departed_because = forms.CharField(
        label="If it was decided otherwise than they said: why",
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=TEXT_MAX,
        required=False,
    )
    not_asked_because = forms.CharField(
        label="If they were not asked: why",
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=TEXT_MAX,
        required=False,
    )

    def __init__(self, register: Register, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["of"].choices = [(one.code, one.title or one.code) for one in register.people]


class AdviceForm(forms.Form):
    """Step 7: what the data protection officer advises."""

    proceed = forms.ChoiceField(
        label="Your advice",
        choices=[("yes", "Go on"), ("no", "Do not go on")],
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether to go on"},
    )
    text = forms.CharField(
        label="The advice, in words",
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=TEXT_MAX,
        error_messages={"required": "Write the advice"},
    )


class DepartureForm(forms.Form):
    """Step 7: why someone senior goes on against that advice."""

    reasons = forms.CharField(
        label="Why it goes on against the advice",
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=TEXT_MAX,
        error_messages={"required": "Write the reasons"},
    )


class PriorForm(forms.Form):
    """Step 7: the regulator, asked before a high risk is taken."""

    asked_at = DayField(label="When the regulator was asked", error_messages={"required": "Say when"})
    answered_at = DayField(label="When it answered", help_text="Empty while there is no answer", required=False)
    outcome = forms.CharField(label="What it answered", widget=forms.Textarea, max_length=TEXT_MAX, required=False)
    may_proceed = forms.BooleanField(label="By its answer this may go on", required=False)
