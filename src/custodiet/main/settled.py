"""What was asked for on the command line, as settings."""

import argparse
import os

from custodiet.settings import Settings, read_settings, require_settled, require_store


def settings_asked(asked: argparse.Namespace) -> Settings:
    """Of whatever lies there, or does not yet."""
    return read_settings(asked.data, asked.keys, os.environ)


def settings_made(asked: argparse.Namespace) -> Settings:
    """Of a place that was made. Raises Unready where there is none, or one that a restore has not finished."""
    settings = settings_asked(asked)
    require_settled(settings)
    require_store(settings)
    return settings
