"""The columns that many tables have."""

from typing import Any

from sqlalchemy import Column, ForeignKey, Text

from custodiet.adapters.store.types import UtcMs


def of(name: str, kind: Any, *, null: bool = False) -> Column[Any]:
    """One that is filled, unless nothing is known there."""
    return Column(name, kind, nullable=null)


def ref(name: str, target: str, *, null: bool = False, key: bool = False) -> Column[str]:
    """The identity of a row of another table."""
    return Column(name, Text, ForeignKey(target), nullable=null, primary_key=key)


def window() -> tuple[Column[Any], Column[Any]]:
    """From when to when."""
    return of("from_at", UtcMs), of("to_at", UtcMs)
