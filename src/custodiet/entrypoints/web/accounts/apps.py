"""The Django application of the accounts."""

from django.apps import AppConfig


class Accounts(AppConfig):
    name = "custodiet.entrypoints.web.accounts"
    label = "accounts"
