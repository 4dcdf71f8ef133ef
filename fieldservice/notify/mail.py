"""A letter as mail servers take it: plain text, the same in the house's look, a calendar entry."""

from __future__ import annotations

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from fieldservice.notify.channel import Parcel
from fieldservice.notify.letters.writing import LETTERS
from fieldservice.smtp_settings import SmtpSettings

WEB = re.compile(r"https?://\S+")
STYLE = (
    "margin:0;padding:24px 12px;background:#f7f8fa;color:#16202c;"
    "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif"
)
PANEL = (
    "max-width:560px;margin:0 auto;padding:24px;background:#ffffff;"
    "border:1px solid #d9dee5;border-radius:8px"
)
BUTTON = (
    "display:inline-block;padding:12px 16px;border-radius:6px;background:#0b5fcc;"
    "color:#ffffff;text-decoration:none;font-weight:600"
)
FOOT = "max-width:560px;margin:16px auto 0;padding:0 24px;color:#556272;font-size:14px"


def written(parcel: Parcel, settings: SmtpSettings, now: datetime) -> EmailMessage:
    """The whole letter; nothing in it can become a header of its own."""
    letter = EmailMessage(policy=SMTP)
    name = settings.from_name
    letter["From"] = Address(name, addr_spec=settings.from_address)
    letter["To"] = parcel.to
    letter["Subject"] = one_line(parcel.subject)
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = message_id(parcel.token, settings)
    letter["Auto-Submitted"] = "auto-generated"
    if parcel.unsubscribe:
        letter["List-Unsubscribe"] = f"<{parcel.unsubscribe}>"
        letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    why = why_it_comes(parcel, name or settings.from_address)
    letter.set_content("\n\n".join([parcel.body, *([f"-- \n{why}"] if why else [])]) + "\n")
    letter.add_alternative(as_page(parcel, why), subtype="html")
    if parcel.calendar:
        letter.add_attachment(
            parcel.calendar, subtype="calendar", filename="visit.ics", params={"method": "PUBLISH"}
        )
    # Last: every part that is added takes the headers of contents with it.
    letter["Content-Language"] = parcel.language.value
    return letter


def message_id(token: str, settings: SmtpSettings) -> str:
    """The name a letter goes by everywhere: its attempt's own."""
    return f"<{token}@{settings.from_address.rpartition('@')[2]}>"


def one_line(text: str) -> str:
    """The text without line ends or other controls: a header holds one line."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def why_it_comes(parcel: Parcel, company: str) -> str:
    """The foot of the letter: why it comes, and how to end that."""
    if not parcel.unsubscribe:
        return ""
    words = LETTERS[parcel.language].by_mail_because.format(company=company)
    return f"{words}\n{parcel.unsubscribe}"


def as_page(parcel: Parcel, why: str) -> str:
    """The letter in the house's look: one panel, its address as a button."""
    parts = "".join(_paragraph(part) for part in parcel.body.split("\n\n"))
    foot = f'<p style="{FOOT}">{_linked(why)}</p>' if why else ""
    return (
        f'<!doctype html><html lang="{parcel.language.value}"><head><meta charset="utf-8">'
        f"<title>{escape(one_line(parcel.subject))}</title></head>"
        f'<body style="{STYLE}"><div style="{PANEL}">{parts}</div>{foot}</body></html>\n'
    )


def _paragraph(text: str) -> str:
    lead, _, last = text.rpartition("\n")
    if lead and WEB.fullmatch(last):
        label = escape(lead.rstrip(":").strip())
        return f'<p><a href="{escape(last)}" style="{BUTTON}">{label}</a></p>'
    return f"<p>{_linked(text)}</p>"


def _linked(text: str) -> str:
    """Escaped, with its addresses to be clicked."""
    parts, end = [], 0
    for found in WEB.finditer(text):
        parts += [escape(text[end : found.start()]), _link(found.group())]
        end = found.end()
    return "".join([*parts, escape(text[end:])]).replace("\n", "<br>")


def _link(address: str) -> str:
    return f'<a href="{escape(address)}" style="color:#0b5fcc">{escape(address)}</a>'
