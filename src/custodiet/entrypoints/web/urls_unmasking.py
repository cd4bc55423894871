"""Addresses of the pages on which someone asks to unmask, a third person answers, and it is read."""

from django.urls import path

from custodiet.entrypoints.web.views import unmasking

urlpatterns = [
    path("cases/<str:reference>/look-ups/<str:look_up_id>/unmask", unmasking.ask, name="new_unmask"),
    path("cases/<str:reference>/unmaskings/<str:unmask_id>", unmasking.show, name="unmasking"),
    path("authorise/unmaskings/<str:unmask_id>", unmasking.answer, name="answer_unmask"),
]
