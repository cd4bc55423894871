"""The forms of one act on many decisions: which of them, and what is to become of them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms

from custodiet.entrypoints.web.forms import later
from custodiet.entrypoints.web.forms_deciding import coded, rungs
from custodiet.entrypoints.web.languages import say
from custodiet.flows.searching import SEARCH_MAX
from custodiet.model.ending import EndReason
from custodiet.model.mode import MODES, Mode, ModeCode
from custodiet.model.stored import Narrowed

END = "end"
DUE_DAYS = {"overdue": 0, "7": 7, "14": 14, "28": 28}
_DUE = {"": "Any", "overdue": "Overdue", "7": "In 7 days", "14": "In 14 days", "28": "In 28 days"}


class NarrowForm(forms.Form):
    """Which decisions the list shows."""

    reference = forms.CharField(label=later("Reference"), required=False, max_length=SEARCH_MAX)
    mode = forms.ChoiceField(label=later("Rung and mode"), required=False)
    due = forms.ChoiceField(
        label=later("Review due"), required=False, choices=[(code, later(words)) for code, words in _DUE.items()]
    )

    def __init__(self, modes: Iterable[ModeCode], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["mode"].choices = [("", later("Any")), *rungs(MODES[one] for one in modes)]

    def which(self, at: datetime) -> Narrowed:
        """What it narrows the list to; what is no choice narrows nothing."""
        told = self.cleaned_data if self.is_valid() else {}
        due = told.get("due") or None
        return Narrowed(
            words=(told.get("reference") or "").strip(),
            mode=ModeCode(told["mode"]) if told.get("mode") else None,
            due_by=None if due is None else at + timedelta(days=DUE_DAYS[due]),
        )


class ManyForm(forms.Form):
    """Whether those that are ticked or all that the list finds; and what they come to."""

    whole = forms.ChoiceField(
        label=later("Which of them"),
        widget=forms.RadioSelect,
        error_messages={"required": later("Say which of them")},
    )
    to = forms.ChoiceField(
        label=later("What they come to"),
        widget=forms.RadioSelect,
        error_messages={"required": later("Say what they come to")},
    )

    def __init__(self, found: int, below: Iterable[Mode], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        all_of_them = say("All %(found)s that the list finds") % {"found": found}
        self.fields["whole"].choices = [("ticked", say("Those that are ticked")), ("all", all_of_them)]
        ends = [(f"{END}.{code}", words) for code, words in coded([EndReason.NOT_NEEDED, EndReason.LEAVE_GRANTED])]
        lower = [(one.code.value, later(f"Step down to rung {one.rung}: {one.title}")) for one in below if one.rung > 0]
        self.fields["to"].choices = [
            *((code, EndWords(words)) for code, words in ends),
            *lower,
        ]


class EndWords:
    """That it ends, and why, in the language of the request."""

    def __init__(self, why: object) -> None:
        self._why = why

    def __str__(self) -> str:
        return say("End: %(why)s") % {"why": str(self._why)[:1].lower() + str(self._why)[1:]}
