"""Addresses of the pages on which it is said how a person is reached."""

from django.urls import path

from custodiet.entrypoints.web.views import messages

urlpatterns = [
    path("cases/<str:reference>/contact", messages.contact, name="contact"),
    path("cases/<str:reference>/contact/end", messages.end, name="end_contact"),
]
