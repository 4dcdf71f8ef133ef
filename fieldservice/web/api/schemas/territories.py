"""Territories."""

from __future__ import annotations

from fieldservice.models.kinds import Language
from fieldservice.web.api.schemas import base


class TerritorySchema(base.Read):
    """An area one office plans."""

    id = base.record_id()
    external_id = base.external_id(allow_none=True)
    name = base.text()
    slug = base.text(60)
    zone = base.text(60, metadata={"description": "IANA, such as Europe/Andorra."})
    country = base.text(2)
    phone = base.text(40, allow_none=True)
    default_language = base.word(Language)
    window_minutes = base.whole(15, 480)
    offer_days = base.whole(1, 60)
    public_booking = base.yes_or_no()
    updated_at = base.moment()
