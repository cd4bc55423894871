"""Addresses of schemes: the register, its documents, the assessment, the operations."""

from django.urls import path

from custodiet.entrypoints.web.views import scheme_dpia, scheme_operations, scheme_register, schemes

urlpatterns = [
    path("", schemes.find, name="schemes"),
    path("/new", scheme_register.begin, name="scheme_new"),
    path("/<str:scheme_id>", schemes.show, name="scheme"),
    path("/<str:scheme_id>/register.json", schemes.download, name="scheme_file"),
    path("/<str:scheme_id>/amend", scheme_register.amend, name="scheme_amend"),
    path("/<str:scheme_id>/copy", scheme_register.copy, name="scheme_copy"),
    path("/<str:scheme_id>/purposes", scheme_register.purpose, name="scheme_purpose_new"),
    path("/<str:scheme_id>/purposes/<str:code>", scheme_register.purpose, name="scheme_purpose"),
    path("/<str:scheme_id>/documents", schemes.documents_of, name="scheme_documents"),
    path("/<str:scheme_id>/documents/<str:kind>", schemes.document_of, name="scheme_document"),
    path("/<str:scheme_id>/dpia", scheme_dpia.show, name="scheme_dpia"),
    path("/<str:scheme_id>/dpia/pia.json", scheme_dpia.give_pia, name="scheme_pia"),
    path("/<str:scheme_id>/dpia/import", scheme_dpia.take_pia, name="scheme_pia_import"),
    path("/<str:scheme_id>/dpia/operations/<str:mode>", scheme_dpia.operation, name="scheme_dpia_operation"),
    path("/<str:scheme_id>/dpia/risks", scheme_dpia.risk, name="scheme_dpia_risk_new"),
    path("/<str:scheme_id>/dpia/risks/<str:code>", scheme_dpia.risk, name="scheme_dpia_risk"),
    path("/<str:scheme_id>/dpia/<str:what>", scheme_dpia.write, name="scheme_dpia_write"),
    path("/<str:scheme_id>/operations", scheme_operations.show, name="scheme_operations"),
    path("/<str:scheme_id>/end", scheme_operations.end, name="scheme_end"),
]
