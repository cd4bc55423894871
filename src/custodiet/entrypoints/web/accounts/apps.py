"""The Django application of the accounts."""

from django.apps import AppConfig
from django.db.models.signals import pre_save


class Accounts(AppConfig):
    name = "custodiet.entrypoints.web.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Django's call when every application is there."""
        pre_save.connect(_keep_who_and_nothing_more, sender="socialaccount.SocialAccount")


def _keep_who_and_nothing_more(instance, **_) -> None:
    """An identity provider tells names and addresses as well; of all that only the identity is kept."""
    instance.extra_data = {}
