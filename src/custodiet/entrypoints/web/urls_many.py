"""Addresses of the pages on which many decisions of a scheme end or are lowered by one act."""

from django.urls import path

from custodiet.entrypoints.web.views import many

urlpatterns = [
    path("/<str:scheme_id>/many", many.choose, name="many"),
    path("/<str:scheme_id>/many/done", many.result, name="many_done"),
]
