"""The address in every letter with which its reader ends them."""

from __future__ import annotations

import base64
import hmac
from datetime import datetime

from sqlalchemy.orm import Session

from fieldservice.errors import NotFound
from fieldservice.models.customers import Channel, Contact
from fieldservice.operations.customers.records import record_consent

OPT_OUT_PATH = "/m/"
"""Where somebody says that they want no more letters."""
SIGNED_BYTES = 16
SOURCE = "e-mail"


def opt_out_address(contact: Contact, secret: str, base_url: str) -> str:
    """Where this contact ends letters to the address they have now."""
    return f"{base_url}{OPT_OUT_PATH}{contact.id}-{_signed(contact, secret)}"


def reader_of(session: Session, token: str, secret: str) -> Contact:
    """Whose letter the token stood in; one to another address than today's is known no more."""
    number, _, signed = token.partition("-")
    small = number.isascii() and number.isdigit() and len(number) < 10
    contact = session.get(Contact, int(number)) if small else None
    if contact is None or not hmac.compare_digest(
        _signed(contact, secret).encode(), signed.encode()
    ):
        raise NotFound("This address is not known. Check that it was copied whole.")
    return contact


def end_letters(session: Session, token: str, secret: str, now: datetime) -> Contact:
    """No more letters to this reader; said twice it counts once."""
    contact = reader_of(session, token, secret)
    if contact.consents_to(Channel.EMAIL):
        record_consent(session, contact, Channel.EMAIL, False, SOURCE, now, None)
    return contact


def _signed(contact: Contact, secret: str) -> str:
    said = f"no more letters {contact.id} {contact.email or ''}"
    digest = hmac.digest(secret.encode(), said.encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:SIGNED_BYTES]).rstrip(b"=").decode()
