"""Addresses of the pages about rights that are restricted."""

from django.urls import path

from custodiet.entrypoints.web.views import restricting

urlpatterns = [
    path("restrictions", restricting.find, name="restrictions"),
    path("cases/<str:reference>/restrictions/new", restricting.ask, name="new_restriction"),
    path("cases/<str:reference>/restrictions/<str:restriction_id>", restricting.one, name="restriction"),
]
