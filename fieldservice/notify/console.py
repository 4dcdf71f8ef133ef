"""The console channel: customers' phones simulated by rows, so that nothing leaves the machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from fieldservice.models.messages import Attempt, AttemptOutcome, ConsoleDelivery
from fieldservice.notify.channel import Answer, Inquiry, Parcel

Transaction = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True, slots=True)
class ConsoleChannel:
    """Plays the provider; its transactions are its own, as a provider's would be."""

    transaction: Transaction
    now: Callable[[], datetime]

    def hand_over(self, parcel: Parcel) -> Answer:
        """Put the text on the simulated phone, or let it ring."""
        return self.hand_over_all([parcel])[0]

    def hand_over_all(self, parcels: Sequence[Parcel]) -> list[Answer]:
        """The same for many at once: they arrive together or not at all."""
        with self.transaction() as session:
            asked = (Attempt.token.in_([parcel.token for parcel in parcels]),)
            # Locked, so that a hand-over and a look-up of one attempt cannot cross.
            begun = select(Attempt.token).where(*asked, Attempt.outcome == AttemptOutcome.STARTED)
            open_ones = set(session.scalars(begun.order_by(Attempt.id).with_for_update()))
            arrived = [self._delivery(one) for one in parcels if one.token in open_ones]
            if arrived:
                session.execute(insert(ConsoleDelivery), arrived)
        return [_answer(parcel, parcel.token in open_ones) for parcel in parcels]

    def look_up(self, inquiry: Inquiry) -> Answer:
        """Whether it arrived; if not, it never will, even if its sender wakes up late."""
        token = inquiry.token
        with self.transaction() as session:
            attempt = self._attempt(session, token)
            arrived = select(ConsoleDelivery.id).where(ConsoleDelivery.attempt_token == token)
            if session.scalar(arrived) is not None:
                return Answer(AttemptOutcome.SENT, provider_id=f"console-{token}")
            if attempt is not None:
                attempt.outcome = AttemptOutcome.NOT_SENT
        return Answer(AttemptOutcome.NOT_SENT, error="the console never had it")

    def _delivery(self, parcel: Parcel) -> dict[str, object]:
        return {
            "attempt_token": parcel.token,
            "to_address": parcel.to,
            "channel": parcel.medium,
            "body": parcel.body,
            "delivered_at": self.now(),
        }

    def _attempt(self, session: Session, token: str) -> Attempt | None:
        return session.scalar(select(Attempt).where(Attempt.token == token).with_for_update())


def _answer(parcel: Parcel, arrived: bool) -> Answer:
    if arrived:
        return Answer(AttemptOutcome.SENT, provider_id=f"console-{parcel.token}")
    return Answer(AttemptOutcome.NOT_SENT, error="the attempt was given up meanwhile")
