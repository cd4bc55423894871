"""Addresses of the rules in plain words, for anyone, and on the person's own pages."""

from django.urls import path

from custodiet.entrypoints.web.views import rules

urlpatterns = [
    path("rules", rules.public, name="rules"),
    path("my/rules", rules.mine, name="my_rules"),
]
