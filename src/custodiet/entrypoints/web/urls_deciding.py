"""Addresses of the pages on which a person's case is decided."""

from django.urls import path

from custodiet.entrypoints.web.views import authorising, deciding

urlpatterns = [
    path("cases/new", deciding.new, name="new_case"),
    path("cases/<str:reference>/decide", deciding.tasks, name="decide"),
    path("cases/<str:reference>/decide/facts", deciding.facts, name="facts"),
    path("cases/<str:reference>/decide/heard", deciding.heard, name="heard"),
    path("cases/<str:reference>/decide/screening", deciding.screening, name="screening"),
    path("cases/<str:reference>/decide/<str:code>", deciding.assess, name="assess"),
    path("cases/<str:reference>/proposals/<str:decision_id>/zones", deciding.zones, name="zones"),
    path("cases/<str:reference>/proposals/<str:decision_id>/take-back", deciding.take_back, name="take_back"),
    path("authorise", authorising.queue, name="authorise"),
    path("authorise/<str:decision_id>", authorising.one, name="authorise_one"),
]
