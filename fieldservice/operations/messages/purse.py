"""What a batch of messages may still cost today: asked for once, counted down in between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from fieldservice.config import Prices
from fieldservice.models.messages import Message
from fieldservice.models.territories import Territory
from fieldservice.operations.messages.spending import hold_the_till, is_urgent, left_today


@dataclass
class Purse:
    """The day's spending limit, while one transaction prepares several messages."""

    session: Session
    prices: Prices
    now: datetime
    territories: Mapping[int, Territory]
    spent: int = 0
    left: dict[tuple[int, bool], int | None] = field(default_factory=dict)

    def affords(self, message: Message, cost: int) -> bool:
        """Whether this one may be paid for, which it then is."""
        if cost == 0:
            return True
        key = (message.territory_id, is_urgent(message))
        if key not in self.left:
            territory = self.territories[message.territory_id]
            self.session.flush()
            hold_the_till(self.session)
            left = left_today(self.session, territory, self.prices, self.now, urgent=key[1])
            # What this transaction spent so far is in it already.
            self.left[key] = None if left is None else left + self.spent
        left = self.left[key]
        if left is not None and left - self.spent < cost:
            return False
        self.spent += cost
        return True
