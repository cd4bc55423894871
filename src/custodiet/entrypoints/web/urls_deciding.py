"""Addresses of the pages on which a person's case is decided."""

from django.urls import path

from custodiet.entrypoints.web.views import authorising, conditions, day, deciding, lowering

urlpatterns = [
    path("cases/new", deciding.new, name="new_case"),
    path("cases/<str:reference>/name", deciding.name, name="name_person"),
    path("cases/<str:reference>/decide", deciding.tasks, name="decide"),
    path("cases/<str:reference>/decide/facts", deciding.facts, name="facts"),
    path("cases/<str:reference>/decide/heard", deciding.heard, name="heard"),
    path("cases/<str:reference>/decide/screening", deciding.screening, name="screening"),
    path("cases/<str:reference>/decide/<str:code>", deciding.assess, name="assess"),
    path("cases/<str:reference>/proposals/<str:decision_id>/conditions", conditions.conditions, name="conditions"),
    path(
        "cases/<str:reference>/proposals/<str:decision_id>/conditions/<str:code>",
        conditions.condition,
        name="condition",
    ),
    path("cases/<str:reference>/proposals/<str:decision_id>/take-back", deciding.take_back, name="take_back"),
    path("authorise", authorising.queue, name="authorise"),
    path("authorise/<str:decision_id>", authorising.one, name="authorise_one"),
    path("day", day.show, name="day"),
    path("cases/<str:reference>/step-down", lowering.lower, name="step_down"),
    path("cases/<str:reference>/pause", lowering.pause, name="pause"),
    path("cases/<str:reference>/resume", lowering.resume, name="resume"),
    path("cases/<str:reference>/end", lowering.end, name="end"),
    path("cases/<str:reference>/close", lowering.close, name="close"),
    path("cases/<str:reference>/review", lowering.review, name="review"),
    path("cases/<str:reference>/stop", lowering.stop, name="stop"),
    path("stops", lowering.stops, name="stops"),
]
