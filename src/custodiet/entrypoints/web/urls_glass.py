"""Addresses of the pages on which an operator looks alone for danger to life, and on which that is assessed."""

from django.urls import path

from custodiet.entrypoints.web.views import glass

urlpatterns = [
    path("break-glass", glass.find, name="find_glass"),
    path("cases/<str:reference>/break-glass", glass.look, name="break_glass"),
    path("cases/<str:reference>/break-glass/<str:glass_id>", glass.assess, name="glass"),
]
