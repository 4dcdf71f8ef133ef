"""Delivery receipts: what the network reports of a text, believed only upwards."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from fieldservice.models.callbacks import Callback
from fieldservice.models.customers import Channel
from fieldservice.models.messages import Report
from fieldservice.notify.receipts import BAD, receipt
from fieldservice.notify.twilio.codes import plain_code, verdict
from fieldservice.operations.messages.consequences import follow

REPORTS: dict[str, Report] = {
    "accepted": Report.QUEUED,
    "scheduled": Report.QUEUED,
    "queued": Report.QUEUED,
    "sending": Report.QUEUED,
    "sent": Report.SENT,
    "delivered": Report.DELIVERED,
    "read": Report.DELIVERED,
    "undelivered": Report.UNDELIVERED,
    "failed": Report.FAILED,
    "canceled": Report.FAILED,
}
"""Twilio's words for the state of a text."""


def believe(session: Session, callback: Callback, now: datetime) -> None:
    """Note one receipt; what is old news, or of a request nobody made, changes nothing."""
    status = REPORTS.get(callback.status)
    if status is None or not callback.token:
        return
    code = plain_code(callback.form.get("ErrorCode"))
    told = receipt(
        session,
        callback.token,
        status,
        now,
        provider_id=callback.sid or None,
        code=code,
        error=f"{verdict(code, Channel.SMS).words} ({code})" if code else None,
    )
    if told is not None and told.news and code and status in BAD:
        follow(session, told.message, code, now)
