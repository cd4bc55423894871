"""Addresses of files attached. What takes files in begins with /attach/: only there is a longer body taken."""

from django.urls import path

from custodiet.entrypoints.web.views import attaching

urlpatterns = [
    path("attach/said/<str:reference>/<str:said>", attaching.to_representation, name="attach_to_said"),
    path("attach/alert/<str:alert_id>", attaching.to_alert, name="attach_to_alert"),
    path("cases/<str:reference>/files/<str:attachment_id>", attaching.give, name="attachment"),
]
