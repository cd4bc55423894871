"""Addresses of guidance, training and consistency."""

from django.urls import path

from custodiet.entrypoints.web.views import consistency

urlpatterns = [
    path("schemes/<str:scheme_id>/consistency", consistency.of_scheme, name="consistency"),
    path("schemes/<str:scheme_id>/consistency/<str:role_id>", consistency.of_person, name="figures"),
    path("staff/<str:actor>/training", consistency.training, name="staff_training"),
]
