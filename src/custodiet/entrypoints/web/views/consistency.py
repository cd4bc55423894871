"""Guidance, training and consistency: what a scheme's decisions were, and one caseworker's own."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from custodiet.entrypoints.web.asking import done, refusals
from custodiet.entrypoints.web.forms import DayField, later
from custodiet.entrypoints.web.fresh import fresh
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.web.permitting import actor_of, may, require, store_for
from custodiet.entrypoints.web.reasons import Reason
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.wording_consistency import BECAME
from custodiet.flows.keep_training import record_training
from custodiet.flows.permitting import ThingOf, the_role, the_scheme
from custodiet.flows.show_consistency import show_consistency, show_figures, show_training
from custodiet.model.act import Act
from custodiet.model.errors import NotFound
from custodiet.model.identity import ActorId, RoleId, SchemeId
from custodiet.rules.consistency import PEOPLE_MIN, PROPOSALS_MIN
from custodiet.rules.guidance import BESIDE

_TOLD: dict[str, Any] = {"became": BECAME, "parts": BESIDE, "proposals_min": PROPOSALS_MIN, "people_min": PEOPLE_MIN}


class TrainingForm(Form):
    """The day on which someone was trained."""

    trained = DayField(
        label=later("Day of the training"), error_messages={"required": later("Give the day of the training")}
    )


@require_safe
def of_scheme(request: HttpRequest, scheme_id: str) -> HttpResponse:
    """A scheme's figures, and the way to those of one caseworker for whoever may see them."""
    place, wanted = settings.PLACE, SchemeId(scheme_id)
    with place.store.reading() as view:
        shown = show_consistency(view, place.clock.now(), wanted)
        require(request, view, Act.READ_CONSISTENCY, lambda *_: the_scheme(wanted))
        people = [one for one in shown.people if may(request, view, Act.READ_FIGURES, _of_role(one.id))]
        alike, texts = view.texts_alike()
    told = {"alike": alike, "texts": texts, "share": round(100 * alike / texts) if texts else 0}
    return page(request, "consistency/scheme.html", shown=shown, people=people, **told, **_TOLD)


@require_safe
def of_person(request: HttpRequest, scheme_id: str, role_id: str) -> HttpResponse:
    """One caseworker's figures beside their scheme's: for themselves and their officers."""
    place, wanted = settings.PLACE, RoleId(role_id)
    with place.store.reading() as view:
        role = view.role(wanted)
        if role.scheme_id != scheme_id:
            raise NotFound("no such role in this scheme")
        require(request, view, Act.READ_FIGURES, _of_role(wanted))
        shown = show_consistency(view, place.clock.now(), SchemeId(scheme_id))
        own = show_figures(view, place.clock.now(), role)
    return page(request, "consistency/person.html", shown=shown, own=own, role=role, **_TOLD)


def _of_role(role_id: RoleId) -> ThingOf:
    return lambda view, _at: the_role(view, role_id)


@require_http_methods(["GET", "HEAD", "POST"])
@fresh
def training(request: HttpRequest, actor: str) -> HttpResponse:
    """When someone was trained: recorded by an administrator, for good."""
    place, whose = settings.PLACE, ActorId(actor)
    with place.store.reading() as view:
        require(request, view, Act.RECORD_TRAINING)
        if not view.roles_of(whose):
            raise NotFound("no such account among the staff")
        shown = show_training(view, place.clock.now(), whose)
    form = TrainingForm(request.POST if request.method == "POST" else None)
    reasons: list[Reason] = []
    if form.is_valid():
        trained_at: datetime = form.cleaned_data["trained"]
        store = store_for(request, Act.RECORD_TRAINING)
        reasons = refusals(form, lambda: record_training(store, whose, trained_at, actor_of(request)), _field)
        if form.is_valid():
            return done(request, say("The training is recorded."), "staff_account", actor)
    told: dict[str, Any] = {"actor": whose, "shown": shown, "form": form, "reasons": reasons}
    return page(request, "staff/training.html", 403 if reasons else 200, **told)


def _field(reason: Reason) -> str | None:
    return "trained" if reason.code == "not_yet" else None
