"""Customers, the people to speak to, and the sites they are visited at."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fieldservice.models.base import Base, Shared
from fieldservice.models.kinds import Language
from fieldservice.models.territories import Territory

if TYPE_CHECKING:
    from fieldservice.models.conversations import NumberOptOut
    from fieldservice.models.senders import UntextableNumber


class Channel(enum.StrEnum):
    """A way a message reaches a person; by hand, somebody of the office tells it or posts it."""

    SMS = "sms"
    CALL = "call"
    EMAIL = "email"
    BY_HAND = "by_hand"


class Reach(enum.StrEnum):
    """How a person asked to be reached."""

    SMS = "sms"
    CALL = "call"
    EMAIL = "email"
    BY_HAND = "by_hand"


class ContactRole(enum.StrEnum):
    """What a contact is to the work."""

    RESIDENT = "resident"
    OWNER = "owner"
    PAYER = "payer"
    KEY_HOLDER = "key_holder"
    RELATIVE = "relative"


class PlaceQuality(enum.StrEnum):
    """How exactly a site's point is known."""

    EXACT = "exact"
    STREET = "street"
    ESTIMATED = "estimated"
    MISSING = "missing"


class Customer(Shared, Base):
    """A household or a company that is served."""

    __tablename__ = "customer"

    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"), index=True)
    name: Mapped[str]
    folded_name: Mapped[str] = mapped_column(index=True)
    note: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]

    territory: Mapped[Territory] = relationship()
    contacts: Mapped[list[Contact]] = relationship(
        back_populates="customer", cascade="all, delete-orphan", order_by="Contact.id"
    )
    sites: Mapped[list[Site]] = relationship(
        back_populates="customer", cascade="all, delete-orphan", order_by="Site.id"
    )

    @property
    def contact_ids(self) -> list[int]:
        """Who answers for them, oldest first."""
        return sorted(contact.id for contact in self.contacts)

    @property
    def site_ids(self) -> list[int]:
        """Where they are visited, oldest first."""
        return sorted(site.id for site in self.sites)


class Contact(Shared, Base):
    """A person who answers for a customer; a number may be shared by several."""

    __tablename__ = "contact"

    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customer.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]
    folded_name: Mapped[str] = mapped_column(default="", server_default=text("''"), index=True)
    role: Mapped[ContactRole] = mapped_column(default=ContactRole.RESIDENT)
    phone: Mapped[str | None] = mapped_column(String(20), index=True)
    """E.164: a plus and digits."""
    email: Mapped[str | None] = mapped_column(String(254))
    prefers: Mapped[Reach | None]
    """How they asked to be reached; None where nobody asked."""
    language: Mapped[Language]
    language_confirmed: Mapped[bool] = mapped_column(default=False)
    """False where an import chose the language and nobody has asked yet."""

    customer: Mapped[Customer] = relationship(back_populates="contacts")
    consents: Mapped[list[Consent]] = relationship(
        back_populates="contact", cascade="all, delete-orphan", order_by="Consent.id"
    )
    untextable: Mapped[UntextableNumber | None] = relationship(
        primaryjoin="foreign(Contact.phone) == UntextableNumber.phone", viewonly=True
    )
    """What a network said of this number, where texts do not reach it."""
    opt_outs: Mapped[list[NumberOptOut]] = relationship(
        primaryjoin="Contact.phone == foreign(NumberOptOut.phone)", viewonly=True
    )
    """What this number was closed to, whoever said so."""

    def consents_to(self, channel: Channel) -> bool:
        """The latest word on this channel; silence is consent to service messages."""
        words = [consent.granted for consent in self.consents if consent.channel == channel]
        return words[-1] if words else True


class Consent(Base):
    """One yes or no to being reached over a channel: who, when, in which words."""

    __tablename__ = "consent"

    contact_id: Mapped[int] = mapped_column(
        ForeignKey("contact.id", ondelete="CASCADE"), index=True
    )
    channel: Mapped[Channel]
    granted: Mapped[bool]
    given_at: Mapped[datetime]
    wording: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(60))

    contact: Mapped[Contact] = relationship(back_populates="consents")


class Site(Shared, Base):
    """An address that is visited, with what a technician must know to get in."""

    __tablename__ = "site"
    __table_args__ = (Index("ix_site_folded_address", "folded_address"),)

    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customer.id", ondelete="CASCADE"), index=True
    )
    street: Mapped[str]
    postcode: Mapped[str | None] = mapped_column(String(12))
    municipality: Mapped[str]
    folded_address: Mapped[str] = mapped_column(String(420))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    place_quality: Mapped[PlaceQuality] = mapped_column(default=PlaceQuality.EXACT)
    zone: Mapped[str] = mapped_column(String(60))
    access_notes: Mapped[str | None] = mapped_column(Text)

    customer: Mapped[Customer] = relationship(back_populates="sites")

    @property
    def address(self) -> str:
        """Street, postcode and municipality on one line."""
        town = " ".join(part for part in (self.postcode, self.municipality) if part)
        return f"{self.street}, {town}"


class CustomerLink(Base):
    """An opaque address that opens a customer's own page; only its hash is kept."""

    __tablename__ = "customer_link"

    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customer.id", ondelete="CASCADE"), index=True
    )
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    nonce: Mapped[str] = mapped_column(String(32))
    """Random; the token is derived from it and the server's secret, so a copy of the
    database opens no page."""
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    customer: Mapped[Customer] = relationship()


class PhoneCode(Base):
    """A code sent to a stranger's phone, to show that the number is theirs."""

    __tablename__ = "phone_code"

    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id", ondelete="CASCADE"))
    """The requested visit that waits for it."""
    phone: Mapped[str] = mapped_column(String(20), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    confirmed_at: Mapped[datetime | None]
