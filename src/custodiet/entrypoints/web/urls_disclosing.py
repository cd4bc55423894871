"""Addresses of the pages about agencies that ask for positions."""

from django.urls import path

from custodiet.entrypoints.web.views import disclosing

urlpatterns = [
    path("cases/<str:reference>/requests/new", disclosing.take, name="new_request"),
    path("cases/<str:reference>/requests/<str:request_id>", disclosing.show, name="agency_request"),
    path("disclosures", disclosing.register, name="disclosures"),
    path("disclosures/a-call", disclosing.call, name="call_script"),
]
