"""Taking a publication back while its texts are still held."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldservice.errors import Conflict
from fieldservice.models.plans import Publication, ServiceDay, Stop
from fieldservice.models.territories import Territory
from fieldservice.models.work_orders import UPCOMING, Visit, VisitState
from fieldservice.operations.audit import record
from fieldservice.operations.dispatching.publications import newest_publications, undoable
from fieldservice.operations.dispatching.publishing import hold_ends
from fieldservice.operations.dispatching.told_windows import told
from fieldservice.operations.messages.reminders import owe_changed, owe_reminders, void_unsent
from fieldservice.operations.plans.days import touch
from fieldservice.said import said


def undo_until(session: Session, day: ServiceDay) -> datetime | None:
    """Until when the last publication can be taken back; None where nothing can."""
    if day.published_at is None or not undoable(session, day):
        return None
    territory = session.get_one(Territory, day.territory_id)
    return hold_ends(day.published_at, territory.publish_hold_minutes)


def undo_publish(session: Session, day: ServiceDay, now: datetime, actor_id: int | None) -> int:
    """Void the held texts and give everybody back what they had; how many routes that is.

    Visits that somebody has changed since are left as they are.
    """
    ends = undo_until(session, day)
    if ends is None or now >= ends:
        raise Conflict("The texts have gone out, so publishing cannot be undone. Publish again.")
    taken_back = undoable(session, day)
    before = next(one.undo for one in taken_back if one.undo and "visits" in one.undo)
    for visit_id, kept in before["visits"].items():
        _restore(session, int(visit_id), kept, now)
    published_at = before["published_at"]
    day.published_at = datetime.fromisoformat(published_at) if published_at else None
    day.published_version = before["published_version"]
    for publication in taken_back:
        _withdraw(session, day, publication, now)
    touch(day)
    record(session, now, actor_id, "service_day.unpublished", day, routes=len(taken_back))
    session.flush()
    return len(taken_back)


def _restore(session: Session, visit_id: int, kept: dict[str, Any], now: datetime) -> None:
    visit = session.get(Visit, visit_id)
    if visit is None or visit.state not in UPCOMING or visit.version != kept["version_after"]:
        return
    stop = session.scalar(select(Stop).where(Stop.visit_id == visit_id))
    if stop is not None:
        stop.committed = kept["committed"]
    visit.state = VisitState(kept["state"])
    if not kept["told_anew"]:
        return
    first, last = kept["told"] or (None, None)
    visit.told_from = datetime.fromisoformat(first) if first else None
    visit.told_until = datetime.fromisoformat(last) if last else None
    visit.version += 1
    session.flush()
    void_unsent(session, visit, now, said("publishing was undone"))
    # Who was told all the same, because somebody sent a text by hand, hears that it holds no more.
    owe_changed(session, visit, now, told(visit))
    owe_reminders(session, visit, now)


def _withdraw(session: Session, day: ServiceDay, publication: Publication, now: datetime) -> None:
    """Delete it; a technician who has read it must see the old route again as a change."""
    earlier = newest_publications(session, day).get(publication.shift_id, [])
    earlier = [one for one in earlier if one.id < publication.id]
    if publication.seen_at is not None and earlier:
        session.add(
            Publication(
                service_day_id=day.id,
                shift_id=publication.shift_id,
                published_at=now,
                stops=list(earlier[-1].stops),
                changes_previous=True,
            )
        )
        publication.undo = None
    else:
        session.delete(publication)
    session.flush()
