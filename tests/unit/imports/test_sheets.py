"""Files as they are sent: good ones are read, all others get a sentence."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from openpyxl import Workbook

from fieldservice.errors import Refused
from fieldservice.models.imports import ImportKind
from fieldservice.operations.imports.cells import Unreadable
from fieldservice.operations.imports.fields import known_headings
from fieldservice.operations.imports.sheets import Sheet, read_sheet

HEADINGS = known_headings(ImportKind.VISITS)
TWO_LINES = "Client;Tipus\nNúria Puig;avaria\n"


def read(content: bytes) -> Sheet:
    return read_sheet(content, HEADINGS)


def workbook(*rows: list[object]) -> bytes:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_text_in_any_usual_writing(encoding: str, separator: str) -> None:
    sheet = read(TWO_LINES.replace(";", separator).encode(encoding))
    assert sheet.headers == ("Client", "Tipus")
    assert sheet.lines[0].cells == ("Núria Puig", "avaria")
    assert sheet.lines[0].number == 2


def test_titles_above_the_headings_and_blank_lines_are_looked_past() -> None:
    sheet = read(b"Llistat de novembre;;\n;;\nClient;Tipus;\n\nPuig;avaria;;;\n;;\n")
    assert sheet.headers == ("Client", "Tipus")
    assert [(line.number, line.cells) for line in sheet.lines] == [(5, ("Puig", "avaria"))]


def test_lines_are_numbered_as_the_file_shows_them_past_a_value_on_two_lines() -> None:
    sheet = read(b'Client;Tipus\n"Puig\nPons";avaria\nSerra;demo\n')
    assert [line.number for line in sheet.lines] == [2, 4]


def test_a_separator_said_in_the_first_line() -> None:
    assert read(b"sep=,\nClient,Tipus\nPuig,avaria;2\n").lines[0].number == 3


def test_a_workbook_with_typed_dates() -> None:
    sheet = read(workbook(["Client", "Data"], ["Puig", date(2026, 11, 24)], [], ["Serra", None]))
    assert [line.number for line in sheet.lines] == [2, 4]
    assert str(sheet.lines[0].cell(1)).startswith("2026-11-24")


def test_a_formula_never_calculated_is_told_from_an_empty_cell() -> None:
    sheet = read(workbook(["Client", "Tipus"], ["=A5", "avaria"]))
    assert isinstance(sheet.lines[0].cell(0), Unreadable)


def test_two_columns_of_one_name_are_told_apart() -> None:
    assert read(b"Client;Nota;Nota\nPuig;a;b\n").headers == ("Client", "Nota", "Nota (2)")


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
        package.writestr("xl/worksheets/sheet1.xml", b"\0" * (160 * 1024 * 1024))
    return file.getvalue()


def packed(name: str, content: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        package.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "mend"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b";;;\n", "no rows"),
        (b"Client;Tipus\n", "nothing under the headings"),
        (b"Dear all,\nplease find the list\n", "Only one column|no list"),
        (b"Client;Tipus\nPu\0ig;avaria\n", "holds no text"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old .xls"),
        (b"<!doctype html><table>", "a web page"),
        (b"PK\x03\x04 broken", "damaged"),
        (packed("content.xml", "<x/>"), "OpenDocument"),
        (packed("xl/workbook.xml", "<workbook>"), "damaged"),
        (packed("xl/workbook.xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"), "not one a spreadsheet"),
        (b";".join([b"x"] * 1_000_000) + b"\n1;2\n", "more than 200 columns"),
        (workbook([f"h{n}" for n in range(300)], list(range(300))), "more than 200 columns"),
        (b'Client;Tipus\n"' + b"x" * 5000 + b'";a\n', "longer than 2000"),
        (b'Client;Tipus\n"' + b"x" * 200_000, "quotation mark"),
        (b"Client;Tipus\n" + b"a;b\n" * 50_002, "more than 50000 rows"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_list_gets_a_sentence(content: bytes, mend: str) -> None:
    with pytest.raises(Refused, match=mend):
        read(content)


def test_a_workbook_that_unpacks_beyond_bounds_is_not_unpacked() -> None:
    with pytest.raises(Refused, match="Unpacked"):
        read(bomb())
