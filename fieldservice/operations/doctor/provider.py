"""I2 and I3 on the provider's own list: what it carried we asked for, once, and know of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fieldservice.models.customers import Channel
from fieldservice.models.messages import Attempt, AttemptOutcome, Message, MessageState
from fieldservice.models.senders import Carrier
from fieldservice.notify.attempts import digest_of
from fieldservice.notify.channel import Carried
from fieldservice.operations.doctor.finding import Finding

UNDER_WAY = timedelta(minutes=2)
"""A request made no longer ago than this may not stand in every list yet."""
NOT_GONE = (
    MessageState.PENDING,
    MessageState.VOID,
    MessageState.EXPIRED,
    MessageState.FAILED,
)


@dataclass
class Comparison:
    """Our attempts beside what a provider says it carried."""

    attempts: Sequence[Attempt]
    carried: Sequence[Carried]
    by_sid: dict[str, Attempt] = field(init=False)
    taken: set[int] = field(default_factory=set)
    """Attempts without a name of the provider's that were found by their words."""

    def __post_init__(self) -> None:
        self.by_sid = {one.provider_id: one for one in self.attempts if one.provider_id}

    def pairs(self) -> Iterator[tuple[Carried, Attempt | None]]:
        """Each thing carried, with the attempt that asked for it."""
        for one in self.carried:
            yield one, self.by_sid.get(one.provider_id) or self._by_words(one)

    def _by_words(self, one: Carried) -> Attempt | None:
        for attempt in self.attempts:
            if attempt.provider_id or attempt.id in self.taken:
                continue
            if attempt.to_address == one.to and _says(attempt, one):
                self.taken.add(attempt.id)
                return attempt
        return None


def compare(
    session: Session, carried: Iterable[Carried], since: datetime, now: datetime
) -> Iterator[Finding]:
    """What does not fit between our record and a provider's list of all since then."""
    listed = list(carried)
    compared = Comparison(_attempts(session, since), listed)
    carried_for: Counter[int] = Counter()
    for one, attempt in compared.pairs():
        if attempt is None:
            yield Finding("I2", f"was carried ({one.provider_id}), and nobody asked", "carrier", 0)
        elif not one.failed:
            carried_for[attempt.message_id] += 1
            if attempt.message.state in NOT_GONE:
                text = f"was carried, and is held as {attempt.message.state.value}"
                yield Finding("I3", text, "message", attempt.message_id)
    for message_id, times in carried_for.items():
        if times > 1:
            yield Finding("I2", f"was carried {times} times", "message", message_id)
    yield from _never_had(compared, {one.provider_id for one in listed}, since, now)


def _never_had(
    compared: Comparison, listed: set[str], since: datetime, now: datetime
) -> Iterator[Finding]:
    for attempt in compared.attempts:
        asked_at = attempt.asked_at or attempt.started_at
        settled = since < asked_at < now - UNDER_WAY
        if attempt.outcome == AttemptOutcome.SENT and settled and attempt.provider_id not in listed:
            text = "is held as sent, and its carrier never had it"
            yield Finding("I3", text, "message", attempt.message_id)


def _attempts(session: Session, since: datetime) -> Sequence[Attempt]:
    # A day more than asked: what is old for us may be new for the provider.
    asked_for = select(Attempt).where(
        Attempt.carrier == Carrier.TWILIO, Attempt.started_at > since - timedelta(days=1)
    )
    rows = asked_for.options(joinedload(Attempt.message)).order_by(Attempt.id)
    return session.scalars(rows).all()


def _says(attempt: Attempt, one: Carried) -> bool:
    message: Message = attempt.message
    if one.medium == Channel.CALL or one.body is None:
        return message.channel == one.medium
    return attempt.body_digest == digest_of(one.body)
