"""Signs nobody sees are no part of a name; everything a reader sees is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldservice.errors import Refused
from fieldservice.operations.customers.customer_entries import mail_address, written
from fieldservice.operations.imports.cells import text_of
from fieldservice.operations.visible import visible
from fieldservice.web.api.schemas.base import text

UNSEEN = ["\u200b", "\u202e", "\u2066", "\ufeff", "\u00ad", "\u2028"]


@pytest.mark.parametrize("sign", UNSEEN)
def test_a_name_is_kept_without_signs_nobody_sees(sign: str) -> None:
    pasted = f"{sign}Maria{sign} Puig{sign}"
    assert written(pasted, "name", "Write a name.") == "Maria Puig"
    assert text().deserialize(pasted) == "Maria Puig"
    assert text_of(pasted) == "Maria Puig"


@pytest.mark.parametrize("sign", UNSEEN)
def test_a_name_of_nothing_but_such_signs_is_none(sign: str) -> None:
    with pytest.raises(Refused, match="Write a name"):
        written(sign * 3, "name", "Write a name.")


@pytest.mark.parametrize("words", ["Sant Julià", "L·lúcia", "Őry", "नर्\u200dस", "👨\u200d🔧", "ام"])
def test_what_is_seen_or_joins_letters_stays(words: str) -> None:
    assert visible(words) == words


@given(st.text())
def test_taking_them_out_twice_takes_out_no_more(words: str) -> None:
    assert visible(visible(words)) == visible(words)


@pytest.mark.parametrize(
    "address", ["a@b..cd", "a@.cd", "a@cd.", "a..b@c.de", ".a@c.de", "a@-c.de"]
)
def test_an_address_with_an_empty_part_is_refused(address: str) -> None:
    with pytest.raises(Refused, match="not an e-mail address"):
        mail_address(address)


@pytest.mark.parametrize("address", ["a@b.cd", "o'neil+x@mail.b-c.de", "a.b_c@localhost"])
def test_usual_addresses_are_kept(address: str) -> None:
    assert mail_address(address) == address
