"""What kinds of work there are, in the words of the trade."""

from __future__ import annotations

import enum


class Kind(enum.StrEnum):
    """The five kinds of work order."""

    INSTALLATION = "installation"
    MAINTENANCE = "maintenance"
    REPAIR = "repair"
    DEMONSTRATION = "demonstration"
    INSPECTION = "inspection"


class Language(enum.StrEnum):
    """The languages customers are spoken to in."""

    ENGLISH = "en"
    SPANISH = "es"
    CATALAN = "ca"
    HUNGARIAN = "hu"
