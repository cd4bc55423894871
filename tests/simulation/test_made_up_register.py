"""The made-up scheme says so in every paragraph, and what goes out of it carries no assessment."""

import json
from dataclasses import fields, is_dataclass

import pytest
from support.house import START

from custodiet.model.errors import IllegalValue
from custodiet.rules.documents.making import documents
from custodiet.simulation.made_up_register import made_up_dpia, made_up_register
from custodiet.simulation.world import made_up_scheme
from custodiet.wire.cnil_pia import pia_bytes
from custodiet.wire.scheme import scheme_bytes

REGISTER = made_up_register(made_up_scheme(START), START)
DPIA = made_up_dpia(REGISTER, START)
NAMES = {"code", "title", "mode", "scheme_id", "rests_on", "harm", "likelihood", "severity", "residual", "operations"}


def paragraphs(noun, name=""):
    if is_dataclass(noun):
        for one in fields(noun):
            if one.name not in NAMES:
                yield from paragraphs(getattr(noun, one.name), one.name)
    elif isinstance(noun, tuple):
        for one in noun:
            yield from paragraphs(one, name)
    elif isinstance(noun, str) and noun:
        yield noun


def test_every_paragraph_of_its_assessment_begins_made_up_text():
    said = list(paragraphs(DPIA))
    assert len(said) > 100
    assert [one for one in said if not one.startswith("Made-up text")] == []


def test_its_export_carries_no_assessment():
    assert json.loads(scheme_bytes(REGISTER, DPIA))["assessment"] is None
    with pytest.raises(IllegalValue, match="made-up"):
        pia_bytes(REGISTER, DPIA)


def test_every_document_of_it_says_that_it_is_made_up():
    assert all(one.made_up for one in documents(REGISTER, DPIA, START))
