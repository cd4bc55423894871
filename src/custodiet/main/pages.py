"""What only pages need: accounts, and the policy for acts of people."""

from functools import cache
from pathlib import Path

from custodiet.adapters.policy import CedarPolicy
from custodiet.adapters.world import SystemChance
from custodiet.entrypoints.web.place import OwnProvider, SignInPlace
from custodiet.settings import Settings, read_secret


@cache
def read_policy() -> CedarPolicy:
    """The installed policy for acts of people: every file of it, in order of their names. Read once in a process."""
    folder = Path(__file__).parents[1] / "policy"
    text = "\n".join(file.read_text("utf-8") for file in sorted(folder.glob("*.cedar")))
    return CedarPolicy(text, (folder / "schema.cedarschema").read_text("utf-8"))


def sign_in_place(settings: Settings) -> SignInPlace:
    """Where accounts are kept, with the secret beside them. Raises Unready when it is not there or not safe."""
    provider = None
    if settings.provider is not None:
        named = settings.provider
        provider = OwnProvider(named.name, named.issuer, named.client, read_secret(named.secret_file))
    return SignInPlace(settings.accounts_db, read_secret(settings.accounts_secret), settings.web_address, provider)


def make_accounts(settings: Settings) -> None:
    """An empty database of accounts, and a secret where there is none."""
    from custodiet.entrypoints.web.accounts.keeping import prepare

    settings.accounts_folder.mkdir(mode=0o700, exist_ok=True)
    if not settings.accounts_secret.exists():
        settings.accounts_secret.touch(mode=0o600)
        settings.accounts_secret.write_text(SystemChance().draw(32).hex() + "\n")
    prepare(sign_in_place(settings))
