"""Which customer each row is about; where that is only likely, the sender is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from fieldservice.errors import Refused
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.imports.households import Household, Households, named
from fieldservice.operations.imports.people import Address, Person

NEW = "new"
SAME = "same"


class Named(Protocol):
    """A row that names a customer and an address."""

    @property
    def line(self) -> int: ...
    @property
    def person(self) -> Person: ...
    @property
    def address(self) -> Address: ...


@dataclass(frozen=True, slots=True)
class Likely:
    """A known customer a row may mean."""

    code: str
    name: str
    street: str
    same_phone: bool

    @property
    def line(self) -> int | None:
        """The line of the list it stands in; None for a customer already here."""
        return int(self.code[4:]) if self.code.startswith("line") else None


@dataclass(frozen=True, slots=True)
class Question:
    """Whether a row's customer is one already known."""

    line: int
    name: str
    street: str
    phone: str | None
    choices: tuple[Likely, ...]


@dataclass(slots=True)
class Matches:
    """For each line the household it is about, and what must be asked first."""

    code_of: dict[int, str] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    known: int = 0


def match(
    rows: Sequence[Named], households: Households, answers: Mapping[int, str], otherwise: str | None
) -> Matches:
    """Find every row's customer.

    `answers` say “new” or a household's code by line; `otherwise` answers all other
    questions with “new” or “same”. A question asked once holds for all rows that name the
    same customer in the same words.
    """
    matches = Matches()
    decided: dict[tuple[str, ...], str] = {}
    for row in rows:
        identity = _identity(row)
        code = decided.get(identity)
        if code is None:
            code = _decide(row, households, answers, otherwise, matches)
            decided[identity] = code
        elif (one := households.by_code.get(code)) is not None:
            households.also(one, row.person, row.address)
        matches.code_of[row.line] = code
        matches.known += not code.startswith("line")
    return matches


def _identity(row: Named) -> tuple[str, ...]:
    person = row.person
    if person.external_id:
        return ("number", fold(person.external_id))
    reached = person.phone or row.address.folded
    return ("name", fold(person.name), reached)


def _decide(
    row: Named,
    households: Households,
    answers: Mapping[int, str],
    otherwise: str | None,
    matches: Matches,
) -> str:
    sure = households.surely(row.person, row.address)
    if sure:
        households.also(sure, row.person, row.address)
        return sure.code
    likely = households.likely(row.person, row.address)
    answer = answers.get(row.line) or (otherwise if likely else None)
    if likely and answer is None:
        matches.questions.append(_question(row, likely))
    if answer in (None, NEW):
        one = named(row.line, row.person, row.address)
        households.add(one)
        return one.code
    one = likely[0] if answer == SAME else _answered(row.line, str(answer), households)
    households.also(one, row.person, row.address)
    return one.code


def _answered(line: int, code: str, households: Households) -> Household:
    one = households.by_code.get(code)
    if one is None:
        raise Refused(
            f"Line {line} cannot be the same as {code!r}: there is no such customer. "
            "Give a customer's number, an earlier line such as line7, or new.",
            "same_customer",
        )
    return one


def _question(row: Named, likely: Sequence[Household]) -> Question:
    mine = set(row.person.phones)
    return Question(
        line=row.line,
        name=row.person.name,
        street=row.address.street,
        phone=row.person.phone,
        choices=tuple(
            Likely(one.code, one.name, one.street, bool(mine & one.phones)) for one in likely
        ),
    )
