"""Leaving a carrier alone that fails: for a while by itself, or until a person puts it right.

The state is a row, so that all processes leave it alone together and pages can say so.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fieldservice.errors import NotFound
from fieldservice.models.customers import Channel
from fieldservice.models.messages import AttemptOutcome
from fieldservice.models.senders import Carrier, CarrierHealth
from fieldservice.notify.channel import Answer
from fieldservice.notify.twilio.codes import Consequence, verdict
from fieldservice.operations import audit

IN_A_ROW = 5
"""After so many failures nothing more is tried for a while."""
FIRST_REST = timedelta(seconds=30)
LONGEST_REST = timedelta(minutes=15)
PROBE = timedelta(seconds=60)
"""How long the one that tries may take before another does."""
SEEN_WELL = timedelta(minutes=1)
"""A healthy carrier's row is written no more often than this."""
FAILED = (AttemptOutcome.NOT_SENT, AttemptOutcome.UNKNOWN)


def allowance(session: Session, carrier: Carrier, wanted: int, now: datetime) -> int:
    """How many messages may be handed to it now: all, none, or one to try whether it is back."""
    health = _health(session, carrier)
    if health is None or wanted == 0:
        return wanted
    if health.stopped_because is not None:
        return 0
    if health.open_until is None:
        return wanted
    if _rests(health, now):
        return 0
    return int(_take_probe(session, health, now))


def closed_carriers(session: Session, now: datetime) -> frozenset[Carrier]:
    """Those that take nothing now."""
    return frozenset(
        one.carrier for one in known(session) if one.stopped_because is not None or _rests(one, now)
    )


def note(session: Session, carrier: Carrier, answer: Answer, now: datetime) -> None:
    """Remember how a request to it went; what was refused for its own sake is no failure."""
    if carrier == Carrier.CONSOLE:
        return
    if answer.outcome in FAILED:
        _failed(session, carrier, answer, now)
    elif answer.outcome == AttemptOutcome.SENT or answer.code is not None:
        _well(session, carrier, now)


def stop(session: Session, carrier: Carrier, because: str, now: datetime) -> None:
    """It takes nothing more until a person has put it right."""
    health = noted(session, carrier)
    health.stopped_because = health.last_error = because
    health.last_error_at = now
    session.flush()


def resume(session: Session, carrier: Carrier, now: datetime, actor_id: int | None) -> None:
    """A person has put it right: hand messages over again."""
    health = _health(session, carrier)
    if health is None:
        raise NotFound("Nothing was ever handed to this carrier.")
    health.stopped_because = health.open_until = None
    health.failures = 0
    audit.record(session, now, actor_id, "carrier.resumed", health, carrier=carrier.value)


def known(session: Session) -> list[CarrierHealth]:
    """Every carrier that was ever asked, and how it is."""
    return list(session.scalars(select(CarrierHealth).order_by(CarrierHealth.id)).all())


def troubled(session: Session, now: datetime) -> list[CarrierHealth]:
    """The carriers that are stopped or rest, for whoever can put them right."""
    closed = closed_carriers(session, now)
    return [one for one in known(session) if one.carrier in closed]


def _failed(session: Session, carrier: Carrier, answer: Answer, now: datetime) -> None:
    noted(session, carrier)
    failures = session.execute(
        update(CarrierHealth)
        .where(CarrierHealth.carrier == carrier)
        .values(
            failures=CarrierHealth.failures + 1, last_error=answer.error or "", last_error_at=now
        )
        .returning(CarrierHealth.failures)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    changes: dict[str, object] = {}
    if failures >= IN_A_ROW:
        changes["open_until"] = now + _rest(failures)
    if _stops(answer):
        changes["stopped_because"] = answer.error or "it refused the account"
    if changes:
        _set(session, carrier, changes)


def _well(session: Session, carrier: Carrier, now: datetime) -> None:
    health = noted(session, carrier)
    lately = health.last_ok_at is not None and abs(now - health.last_ok_at) < SEEN_WELL
    if lately and health.failures == 0 and health.open_until is None:
        return
    well: dict[str, object] = {"failures": 0, "open_until": None, "last_ok_at": now}
    _set(session, carrier, {**well, "stopped_because": None})


def _stops(answer: Answer) -> bool:
    if answer.code is None:
        return False
    return verdict(answer.code, Channel.SMS).consequence == Consequence.STOP_CARRIER


def _rest(failures: int) -> timedelta:
    rest: timedelta = FIRST_REST * 2 ** min(failures - IN_A_ROW, 10)
    return min(rest, LONGEST_REST)


def _rests(health: CarrierHealth, now: datetime) -> bool:
    # Further away than any rest, it was set by a clock that has been put back since.
    until = health.open_until
    return until is not None and now < until <= now + LONGEST_REST


def _take_probe(session: Session, health: CarrierHealth, now: datetime) -> bool:
    taken = session.execute(
        update(CarrierHealth)
        .where(
            CarrierHealth.id == health.id,
            CarrierHealth.stopped_because.is_(None),
            or_(
                CarrierHealth.open_until <= now,
                CarrierHealth.open_until > now + LONGEST_REST,
            ),
        )
        .values(open_until=now + PROBE)
        .execution_options(synchronize_session="fetch")
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def _health(session: Session, carrier: Carrier) -> CarrierHealth | None:
    rows = select(CarrierHealth).where(CarrierHealth.carrier == carrier)
    return session.scalar(rows.execution_options(populate_existing=True))


def noted(session: Session, carrier: Carrier) -> CarrierHealth:
    """The carrier's row, made where there was none."""
    health = _health(session, carrier)
    if health is not None:
        return health
    try:
        with session.begin_nested():
            session.add(CarrierHealth(carrier=carrier))
    except IntegrityError:
        # Another process noted its first answer at this moment.
        pass
    return session.scalars(select(CarrierHealth).where(CarrierHealth.carrier == carrier)).one()


def _set(session: Session, carrier: Carrier, changes: dict[str, object]) -> None:
    session.execute(
        update(CarrierHealth)
        .where(CarrierHealth.carrier == carrier)
        .values(changes)
        .execution_options(synchronize_session="fetch")
    )
