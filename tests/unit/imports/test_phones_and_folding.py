"""Phones in national writing, and text as it is compared."""

from __future__ import annotations

import pytest

from fieldservice.errors import Refused
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.customers.phones import phone_number


@pytest.mark.parametrize("written", ["331 100", "331.100", "+376 331 100", "00376331100", "331100"])
def test_one_andorran_number(written: str) -> None:
    assert phone_number(written, "AD") == "+376331100"


def test_a_number_from_elsewhere_needs_its_country() -> None:
    assert phone_number("+34 612 345 678", "AD") == "+34612345678"
    assert phone_number("612 34 56 78", "ES") == "+34612345678"
    with pytest.raises(Refused, match="country code"):
        phone_number("612345678", "AD")


@pytest.mark.parametrize(
    ("written", "mend"),
    [
        ("3312", "not a phone number"),
        ("no en té", "not a phone number"),
        ("6,12E+08", "shortened"),
        ("331100 / 333222", "more than one"),
    ],
)
def test_a_phone_that_is_not_one(written: str, mend: str) -> None:
    with pytest.raises(Refused, match=mend):
        phone_number(written, "AD")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Instal·lació", "INSTALLACIO"),
        ("  Sant  Julià de Lòria ", "sant julia de loria"),
        ("C/ Major, 3", "c major 3"),
        ("L’Aldosa", "l'aldosa"),
        ("núm._client", "Num client"),
    ],
)
def test_case_accents_and_spaces_do_not_count(one: str, other: str) -> None:
    assert fold(one) == fold(other)
