"""Documents from the register alone: whatever is removed, each one that uses it says so, and none fails."""

from dataclasses import fields, is_dataclass, replace

import pytest
from support.blanked import blanked
from support.house import ANA, START, scheme_at

from custodiet.model.document import DocumentCode, Drawing, Missing, Paragraph, Rows
from custodiet.model.dpia import Consultation, DpoAdvice
from custodiet.model.mode import MODES, ModeCode
from custodiet.model.register import Register
from custodiet.rules.documents.making import affected, document, documents, fields_used
from custodiet.rules.dpia import written
from custodiet.rules.fields import walk
from custodiet.rules.register import missing, register_of
from custodiet.simulation.made_up_register import made_up_dpia, made_up_register

REGISTER = made_up_register(scheme_at(START), START)
ALL = [one.mode for one in REGISTER.operations if MODES[one.mode].rung]
DPIA = replace(
    written(made_up_dpia(REGISTER, START), REGISTER, ALL, None, START),
    consulted=(Consultation(("wearer", "household"), START, "asked", "they answered"),),
    advice=DpoAdvice(1, ANA, START, "go on", proceed=True),
)
HELD = [held for held in walk(REGISTER) if not held.empty]


@pytest.mark.parametrize("code", DocumentCode)
def test_of_a_whole_register_and_assessment_every_document_is_whole(code):
    made = document(code, REGISTER, DPIA, START)
    assert made.missing == ()
    assert (made.scheme_id, made.as_at) == (REGISTER.scheme_id, START)
    assert all(section.blocks for section in made.sections)


def every_pattern(kind=Register, before=""):
    """The pattern of every field that a register asks for, whether a list has parts or not."""
    for held in walk(REGISTER):
        yield held.pattern


def test_every_field_of_the_register_stands_in_a_document_or_is_told_why_not():
    used = frozenset().union(*(fields_used(code) for code in DocumentCode))
    elsewhere = {
        "made_up",  # said of the document itself
        "copied_from",
        "pilot",  # it changes what is asked for, and nothing that is told
        "controller",  # its fields are told one by one
        "dpo",
        "categories[].kept_as",  # the store's own word for it
        "powers[].regime",  # the purpose's is told
        "exemptions[].operations",
        "exemptions[].criteria[].text",  # inside the cell of its exemption
        "suppliers[].operations",
        "guidance[].example",  # staff read it beside the field; guidance itself is told
        "training_days",  # it binds staff, and is shown with the scheme
    }
    assert set(every_pattern()) - used == elsewhere


@pytest.mark.parametrize("held", HELD, ids=[held.path for held in HELD])
def test_whatever_is_removed_each_document_that_uses_it_says_what_is_missing(held):
    without = blanked(REGISTER, held.path)
    wanted = {gap.field for gap in missing(without, START)} - {gap.field for gap in missing(REGISTER, START)}
    for made in documents(without, DPIA, START):
        if held.pattern in fields_used(made.code) and held.path in wanted:
            said = [one for one in made.missing if one.field == held.path]
            assert said, (made.code, held.path)
            assert held.says in said[0].text or said[0].missing
            assert str(said[0].who) in said[0].text


@pytest.mark.parametrize("code", DocumentCode)
def test_of_a_scheme_that_tells_nothing_every_document_is_made_and_says_so(code):
    bare = replace(register_of(scheme_at(START)), operations=(), purposes=(), powers=(), categories=(), retention=())
    assert len(document(code, bare, None, START).missing) > 3
    assert len(document(code, Register(REGISTER.scheme_id), None, START).missing) > 3


def texts(made):
    for section in made.sections:
        yield section.title
        for block in section.blocks:
            match block:
                case Paragraph(text):
                    yield text
                case Missing():
                    yield block.text
                case Rows(columns, rows):
                    yield from columns
                    yield from (cell for row in rows for cell in row)
                case Drawing(columns, arrows):
                    yield from (box for column in columns for box in column)
                    yield from (arrow.label for arrow in arrows)


@pytest.mark.parametrize("code", DocumentCode)
def test_the_words_that_we_never_say_stand_in_none(code):
    told = " ".join(texts(document(code, REGISTER, DPIA, START))).lower()
    for word in ("lawful ", "lawfully", "compliant", "compliance"):
        assert word not in told


def test_every_row_of_a_table_has_a_cell_for_every_column():
    for made in documents(REGISTER, DPIA, START):
        for section in made.sections:
            for block in section.blocks:
                if isinstance(block, Rows):
                    assert {len(row) for row in block.rows} == {len(block.columns)}


def test_the_map_has_every_use_every_supplier_and_every_recipient():
    [section, *_] = document(DocumentCode.FLOWS, REGISTER, None, START).sections
    [drawing] = section.blocks
    people, operations, kept, outside = drawing.columns
    assert set(operations) == {MODES[use.operation].title for use in REGISTER.uses}
    assert "Made-up Tags Ltd" in outside
    boxes = {box for column in drawing.columns for box in column}
    assert {end for arrow in drawing.arrows for end in (arrow.source, arrow.target)} <= boxes
    assert set(people) == {"The people supervised"}
    assert set(kept) == {"Trail", "Evidence", "Events", "Outcomes"}


def test_a_document_says_what_the_register_said_and_nothing_of_a_later_one():
    later = replace(REGISTER, security="Another text")
    before, after = (document(DocumentCode.RECORD, one, None, START) for one in (REGISTER, later))
    assert "Another text" not in " ".join(texts(before))
    assert "Security: Another text" in " ".join(texts(after))


# --- what a change touches --------------------------------------------------------------------------------------


def purpose(**values):
    return replace(REGISTER, purposes=(replace(REGISTER.purposes[0], **values),))


def test_a_change_to_a_purpose_lists_every_section_every_operation_and_who_must_be_told():
    found = affected(REGISTER, purpose(description="Something else"), DPIA, START)
    assert {code for code, _ in found.sections} == set(DocumentCode) - {DocumentCode.FLOWS, DocumentCode.NOTICE}
    assert (DocumentCode.PRIVACY, "why") in found.sections
    assert (DocumentCode.RECORD, "purposes") in found.sections
    assert set(found.operations) == set(ALL)
    assert found.people == ("wearer",)


def test_a_change_of_one_operation_lists_that_one():
    ops = tuple(replace(op, form="presence") if op.mode is ModeCode.TELEPHONE else op for op in REGISTER.operations)
    found = affected(REGISTER, replace(REGISTER, operations=ops), DPIA, START)
    assert found.operations == (ModeCode.TELEPHONE,)
    assert (DocumentCode.PRIVACY, "what") in found.sections


def test_what_nobody_is_told_of_tells_nobody():
    found = affected(REGISTER, replace(REGISTER, success_measure="x"), DPIA, START)
    assert (found.sections, found.operations, found.people) == (((DocumentCode.DPIA, "sign_off"),), (), ())


def test_what_everyone_is_told_of_is_told_to_everyone():
    assert affected(REGISTER, replace(REGISTER, rights="x"), DPIA, START).people == ("wearer", "household")


def test_nothing_changes_nothing():
    found = affected(REGISTER, REGISTER, DPIA, START)
    assert not any(getattr(found, one.name) for one in fields(found) if is_dataclass(found))
