"""How passwords are kept: Argon2id, as OWASP's cheat sheet on storing passwords says first."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Hasher(Argon2PasswordHasher):
    """46 MiB, once through, in one lane: costly for whoever guesses with a thousand cores, 50 ms for us."""

    memory_cost = 47_104
    time_cost = 1
    parallelism = 1
