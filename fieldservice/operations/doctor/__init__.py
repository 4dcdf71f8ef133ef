"""Whether what this system promises holds on its data: one small check a promise, none writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from fieldservice.operations.doctor import callbacks, ground, messages, outbox, plans
from fieldservice.operations.doctor.finding import Finding

__all__ = ["CHECKS", "Check", "Finding", "examine"]

Check = Callable[[Session, datetime], Iterable[Finding]]

CHECKS: tuple[Check, ...] = (
    ground.references_are_whole,
    ground.every_visit_belongs_to_its_territory,
    callbacks.what_was_told_is_acted_on,
    messages.nothing_is_sent_twice,
    messages.nothing_is_delivered_unasked,
    messages.every_message_comes_to_an_end,
    messages.nothing_goes_to_who_opted_out,
    messages.nothing_goes_out_in_quiet_hours,
    messages.nothing_goes_out_for_an_old_version,
    messages.what_has_ended_stays_so,
    messages.what_was_reported_is_believed,
    outbox.nothing_waits_for_a_visit_of_the_past,
    outbox.reminders_are_owed,
    plans.published_routes_keep_the_rules,
    plans.nobody_is_in_two_places,
    plans.stops_follow_each_other,
    plans.stops_fit_their_visits,
)


def examine(session: Session, now: datetime) -> list[Finding]:
    """What every check finds."""
    return [finding for check in CHECKS for finding in check(session, now)]
