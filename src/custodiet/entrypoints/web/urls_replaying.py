"""Addresses of a case's decisions, each run again by its rules."""

from django.urls import path

from custodiet.entrypoints.web.views import replaying

urlpatterns = [
    path("cases/<str:reference>/decisions", replaying.decisions, name="decisions"),
    path("cases/<str:reference>/decisions/<str:decision_id>", replaying.again, name="replay"),
]
