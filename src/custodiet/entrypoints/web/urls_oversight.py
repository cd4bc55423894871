"""Addresses of the pages for those who watch the watchers."""

from django.urls import path

from custodiet.entrypoints.web.views import oversight

urlpatterns = [
    path("regulator", oversight.regulator, name="regulator"),
    path("regulator/<str:scheme_id>/<int:number>", oversight.of_test, name="regulator_test"),
    path("oversight", oversight.oversight, name="oversight"),
    path("oversight/ledger", oversight.ledger, name="oversight_ledger"),
    path("cases/<str:reference>/pack", oversight.pack, name="case_pack"),
    path("oversight/entry/<int:index>/<str:form>", oversight.entry_file, name="oversight_entry"),
]
