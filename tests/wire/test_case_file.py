"""A file of cases: what is right is read, what is wrong is told by line and never quoted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custodiet.model.errors import NotTheFormat
from custodiet.wire.case_file import COLUMNS, ROWS_MAX, read_case_file

HEAD = b"reference,scheme,name,contact\n"


def test_rows_are_read_with_the_line_that_each_begins_on():
    body = HEAD + b'A-1,s1,"Heron, Sample",07700 900000\r\n\r\nA-2,s1,Wren Sample,\n'
    rows, problems = read_case_file(b"\xef\xbb\xbf" + body)
    assert problems == ()
    assert [(one.line, one.reference, one.scheme, one.name, one.contact) for one in rows] == [
        (2, "A-1", "s1", "Heron, Sample", "07700 900000"),
        (4, "A-2", "s1", "Wren Sample", ""),
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"A-1,s1,Heron", "it has 3 cells and not 4"),
        (b"A-1,s1,Heron,x,y", "it has 5 cells and not 4"),
        (b",s1,Heron,", "reference is empty"),
        (b"A-1,,Heron,", "scheme is empty"),
        (b"A-1,s1, ,", "name is empty"),
        (b"A-1,s1," + b"h" * 201 + b",", "name is longer than 200 signs"),
        (b'A-1,s1,"Her\non",', "name holds a sign that cannot be printed, or a line break"),
        (b"A-1,s1,Her\x00on,", "name holds a sign that cannot be printed, or a line break"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_never_quoted(line, says):
    rows, problems = read_case_file(HEAD + b"A-0,s1,Wren,\n" + line + b"\nA-9,s1,Wren,\n")
    assert [(one.line, one.says) for one in problems] == [(3, says)]
    assert [one.reference for one in rows] == ["A-0", "A-9"]
    assert "Heron" not in str(problems)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "its first line is not the heading"),
        (b"name,reference\n", "its first line is not the heading"),
        (HEAD + b"A-1,s1,Wren,\nA-2,s1,\xff,\n", "not UTF-8, at line 3"),
        (HEAD + b'A-1,s1,"Wren"x,\n', "not CSV, at line 2"),
        (HEAD + b"A,s,n,\n" * (ROWS_MAX + 1), "more than 10000 cases"),
        (b" " * 4_000_001, "longer than 4000000 bytes"),
    ],
)
def test_what_is_no_such_file_is_refused_whole(body, says):
    with pytest.raises(NotTheFormat, match=says):
        read_case_file(body)


@given(st.binary(max_size=300))
def test_whatever_stands_in_a_file_it_is_read_or_refused(body):
    for one in (body, HEAD + body):
        try:
            rows, problems = read_case_file(one)
        except NotTheFormat:
            continue
        assert all(row.reference and row.name and row.line > 1 for row in rows)
        assert all(said.line > 1 for said in problems)


def test_a_row_prints_without_the_name():
    rows, _ = read_case_file(HEAD + b"A-1,s1,Heron,\n")
    assert "Heron" not in repr(rows)
    assert len(COLUMNS) == 4
