"""Nouns as rows."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from custodiet.model.case import Task
from custodiet.model.change import Insert


def row_of(noun: Any, *without: str) -> Mapping[str, Any]:
    """The fields of a noun as columns of the same names."""
    return {f.name: getattr(noun, f.name) for f in fields(noun) if f.name not in without}


def new_task(task: Task) -> Insert:
    """A task that someone has to do."""
    return Insert("task", {**row_of(task), "overdue": False})
