"""Addresses of the pages about what is kept, held and erased."""

from django.urls import path

from custodiet.entrypoints.web.views import erasing

urlpatterns = [
    path("kept", erasing.kept, name="kept"),
    path("kept/<str:decision_id>", erasing.quarantined, name="quarantined"),
    path("cases/<str:reference>/holds/new", erasing.ask, name="new_hold"),
    path("cases/<str:reference>/holds/<str:hold_id>", erasing.hold, name="hold"),
]
