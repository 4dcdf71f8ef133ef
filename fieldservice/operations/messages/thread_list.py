"""The list of conversations: what waits longest first, and the search in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from fieldservice.models.conversations import InboundText, Thread
from fieldservice.models.customers import Contact, Customer
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.customers.phones import shown_phone

A_PAGE = 40
DIGITS_ENOUGH = 4


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """One conversation in the list."""

    id: int
    who: str
    number: str
    words: str
    reason: str
    last_at: datetime
    waiting_since: datetime | None
    unanswered: int
    is_closed: bool


@dataclass(frozen=True, slots=True)
class Threads:
    """A page of conversations."""

    lines: tuple[ThreadLine, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many there are, at least one."""
        return max(1, -(-self.total // A_PAGE))


def threads(
    session: Session, territory_id: int, *, closed: bool, text: str = "", page: int = 1
) -> Threads:
    """Those open, what waits longest first; or those closed, the newest first."""
    rows = select(Thread).where(Thread.territory_id == territory_id, _is(closed=closed))
    if text.strip():
        rows = rows.where(_matches(text))
    total = session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    page = min(max(page, 1), max(1, -(-total // A_PAGE)))
    waits_first = (Thread.waiting_since.is_(None), Thread.waiting_since, Thread.last_at.desc())
    order = (Thread.last_at.desc(),) if closed else waits_first
    found = session.scalars(
        rows.options(joinedload(Thread.contact))
        .order_by(*order, Thread.id)
        .limit(A_PAGE)
        .offset((page - 1) * A_PAGE)
    ).all()
    return Threads(_lines(session, found), total, page)


def count_threads(session: Session, territory_id: int, *, closed: bool) -> int:
    """How many conversations are open, or closed."""
    rows = select(func.count()).select_from(Thread)
    return session.scalar(rows.where(Thread.territory_id == territory_id, _is(closed=closed))) or 0


def _is(*, closed: bool) -> ColumnElement[bool]:
    return Thread.closed_at.is_not(None) if closed else Thread.closed_at.is_(None)


def _matches(text: str) -> ColumnElement[bool]:
    """A name, digits of the number, or words the customer wrote."""
    # Signs alone fold to nothing, which every name contains.
    folded = fold(text) or text
    customers = select(Customer.id).where(Customer.folded_name.contains(folded, autoescape=True))
    named = select(Contact.phone).where(
        or_(
            Contact.name.icontains(text.strip(), autoescape=True),
            Contact.customer_id.in_(customers),
        ),
        Contact.phone.is_not(None),
    )
    wrote = select(InboundText.thread_id).where(
        InboundText.body.icontains(text.strip(), autoescape=True)
    )
    found: list[ColumnElement[bool]] = [Thread.address.in_(named), Thread.id.in_(wrote)]
    digits = "".join(sign for sign in text if sign.isdigit())
    if len(digits) >= DIGITS_ENOUGH:
        found.append(Thread.address.contains(digits, autoescape=True))
    return or_(*found)


def _lines(session: Session, found: Sequence[Thread]) -> tuple[ThreadLine, ...]:
    ids = [one.id for one in found]
    newest = select(func.max(InboundText.id)).where(InboundText.thread_id.in_(ids))
    last = select(InboundText).where(InboundText.id.in_(newest.group_by(InboundText.thread_id)))
    words = {one.thread_id: one.body for one in session.scalars(last)}
    names = _names(session, [one.address for one in found])
    unanswered = _unanswered(session, ids)
    return tuple(
        ThreadLine(
            id=one.id,
            who=names.get(one.address) or (one.contact.name if one.contact else ""),
            number=shown_phone(one.address) if one.address.startswith("+") else one.address,
            words=words.get(one.id, ""),
            reason=one.reason.value if one.reason and one.waiting_since else "",
            last_at=one.last_at,
            waiting_since=one.waiting_since,
            unanswered=unanswered.get(one.id, 0),
            is_closed=one.closed_at is not None,
        )
        for one in found
    )


def _names(session: Session, addresses: Sequence[str]) -> dict[str, str]:
    rows = select(Contact.phone, Contact.name).where(Contact.phone.in_(addresses))
    names: dict[str, list[str]] = {}
    for phone, name in session.execute(rows.order_by(Contact.id)).all():
        names.setdefault(str(phone), []).append(name)
    return {phone: ", ".join(dict.fromkeys(all_of_them)) for phone, all_of_them in names.items()}


def _unanswered(session: Session, ids: Sequence[int]) -> dict[int, int]:
    rows = (
        select(InboundText.thread_id, func.count())
        .join(Thread, Thread.id == InboundText.thread_id)
        .where(
            InboundText.thread_id.in_(ids),
            InboundText.reason.is_not(None),
            InboundText.received_at >= Thread.waiting_since,
        )
        .group_by(InboundText.thread_id)
    )
    return {row[0]: row[1] for row in session.execute(rows).all()}
