"""What operations can say is found whole, and filled in where it has places."""

from __future__ import annotations

import io
from datetime import date

from fieldservice.errors import Conflict, Refused
from fieldservice.web.gathering import phrases, sentences

SOURCE = b'''
"""Every docstring is aside. It is nobody's sentence."""
LATE = "This visit is over. Book a new one instead."
name = "not a sentence"
WHY = said("sent again by a person")

def refuse(day, other, mend):
    "Refuse the day. Always."
    if other:
        raise Refused(
            "%(day)s is over. Choose "
            "a later day.", "date", day=day,
        )
    raise Refused("That cannot be done: %(why)s", why=f"There are {other} in the way. Move them.")
'''


def found_in(source: bytes) -> list[str]:
    return [words for _line, _name, words, _comments in sentences(io.BytesIO(source), {}, (), {})]


def test_whole_sentences_and_marked_phrases_are_found_and_pieces_are_not() -> None:
    assert sorted(found_in(SOURCE)) == [
        "%(day)s is over. Choose a later day.",
        "That cannot be done: %(why)s",
        "This visit is over. Book a new one instead.",
        "sent again by a person",
    ]
    marked = [words for _line, _name, words, _comments in phrases(io.BytesIO(SOURCE), {}, (), {})]
    assert marked == ["sent again by a person"]


def test_an_error_reads_whole_and_keeps_its_wording_apart() -> None:
    error = Refused(
        "%(day)s is over by %(n)s %%. Choose again.", "date", day=date(2026, 3, 11), n=5
    )
    assert error.sentence == str(error) == "Wed 11 Mar 2026 is over by 5 %. Choose again."
    assert (error.wording, error.field) == ("%(day)s is over by %(n)s %%. Choose again.", "date")


def test_a_sentence_without_places_may_hold_a_percent_sign() -> None:
    assert Conflict("Keep 10 % free.").sentence == "Keep 10 % free."
