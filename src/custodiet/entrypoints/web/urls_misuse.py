"""Addresses of the pages about suspected misuse."""

from django.urls import path

from custodiet.entrypoints.web.views import misuse

urlpatterns = [
    path("misuse", misuse.queue, name="misuse"),
    path("misuse/new", misuse.report, name="new_misuse"),
    path("misuse/<str:misuse_id>", misuse.one, name="misuse_report"),
    path("my/looks/<int:entry>/misuse", misuse.mine, name="my_misuse"),
]
