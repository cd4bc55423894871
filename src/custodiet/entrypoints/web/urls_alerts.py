"""Addresses of the alert desk."""

from django.urls import path

from custodiet.entrypoints.web.views import alerts

urlpatterns = [
    path("alerts", alerts.queue, name="alerts"),
    path("alerts/hand-over", alerts.hand_over_shift, name="alerts_hand_over"),
    path("alerts/<str:alert_id>", alerts.one, name="alert"),
    path("alerts/<str:alert_id>/reply", alerts.reply, name="alert_reply"),
    path("alerts/<str:alert_id>/contact", alerts.contact, name="alert_contact"),
    path("alerts/<str:alert_id>/question", alerts.question, name="alert_question"),
    path("alerts/<str:alert_id>/<str:move>", alerts.move, name="alert_move"),
]
