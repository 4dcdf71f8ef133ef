"""What can be said of an appliance's warranty in one line."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date

from fieldservice.models.assets import Asset


class Warranty(enum.StrEnum):
    """How an appliance stands with its warranty."""

    RUNNING = "running"
    OVER = "over"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class WarrantyLine:
    """Where it stands, and the last day it counts."""

    warranty: Warranty
    until: date | None


def warranty_of(asset: Asset, day: date) -> WarrantyLine:
    """The warranty as seen on that day; its last day still counts."""
    until = asset.warranty_until
    if until is None:
        return WarrantyLine(Warranty.UNKNOWN, None)
    return WarrantyLine(Warranty.RUNNING if day <= until else Warranty.OVER, until)
