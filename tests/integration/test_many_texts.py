"""Texts of every kind by the thousand: none breaks anything, none is taken for a yes it was not."""

from __future__ import annotations

import random
import re
import unicodedata
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select, update

from fieldservice.config import Settings
from fieldservice.models.callbacks import Callback
from fieldservice.models.conversations import InboundText, Meaning, NumberOptOut, Thread
from fieldservice.models.customers import Consent
from fieldservice.models.messages import Message, MessageKind, MessageState
from fieldservice.models.work_orders import Visit
from fieldservice.notify.reply_words import meaning_of
from fieldservice.operations.messages.owing import REMINDERS
from tests.conftest import SessionFactory
from tests.factories import NOW, a_customer, a_message, a_territory, a_visit, a_work_order
from tests.integration.twilio_line import OURS, TWILIO, Line, a_sid

TEXTS, TEXTS_IN_SOAK = 400, 50_000
AT_ONCE = 100
PHONES = ("+376312345", "+376312346", "+376312347")
"""The last is shared by two customers."""


def _each(words: str) -> list[str]:
    return words.split()


SAID = _each(
    "1 2 12 01 1.5 1/2 -1 OK ok Ok. okay yes YES sí si SI vale igen rendben d'acord "
    "STOP stop BAJA baixa leiratkozom CANCEL START alta help ayuda no NO nem not "
    "A B a b todas mind gracias gràcies köszönöm thanks but later or si no van bé"
)
ODD = [
    *_each("👍 👎 😀 1️⃣ 🐕‍🦺 🇦🇩 ❌ مرحبا שלום ١ １ ① ¹ ½ Ⅰ ﷺ 漢字 नमस्ते"),
    *_each("{link} %(x)s {0} <b> '; \\ =1+1 ? ¿ ! ... # * &&"),
    *(
        "\0",
        "\u200f",
        "\u202e",
        "\u200d",
        "\ufeff",
        "\u0301",
        "\r\n",
        "\t",
        " ",
        "\u00a0",
        "\u2028",
    ),
    *("a" * 161, "ñ" * 71, "o" * 1700, "1 " * 900, "OK" * 900),
]
YES = {
    *_each("1 ok okay oke oki yes yep confirm confirmed agreed perfect si vale confirmo"),
    *_each("confirmar confirmado confirmada confirmamos conforme perfecto dacord confirmat"),
    *_each("confirmem perfecte igen rendben megerositem megerosites oksi"),
}


def a_text(chance: random.Random) -> str:
    """Something a customer, a child, a cat or an enemy may send."""
    pieces = chance.choices([*SAID, *ODD], k=chance.choice([1, 1, 1, 2, 2, 3, 5]))
    if chance.random() < 0.1:
        pieces.append("".join(chr(_a_sign(chance)) for _ in range(chance.choice([1, 5, 70, 1601]))))
    return chance.choice(["", " ", ", "]).join(pieces)


def _a_sign(chance: random.Random) -> int:
    sign = chance.randrange(0x110000)
    return 0x20 if 0xD800 <= sign < 0xE000 else sign


def may_be_a_yes(body: str) -> bool:
    """Judged another way than the product does: a yes and no other number, no doubt, no letters."""
    plain = "".join(
        sign
        for sign in unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", body))
        if unicodedata.category(sign) not in ("Mn", "Me", "Cf", "Cc") or sign in "\r\n\t"
    ).casefold()
    words = re.findall(r"[^\W_]+", re.sub("['’·‧]", "", plain))
    return bool(YES & set(words)) and not re.search(r"[?¿]|\bno\b|\bnem\b|\bnot\b|\b2\b", plain)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, twilio=TWILIO)


@pytest.fixture
def told(write: SessionFactory) -> None:
    """Every number was reminded of a visit; one of them of two."""
    with write() as session:
        territory = a_territory(session)
        for phone in (*PHONES, PHONES[-1]):
            visit = a_visit(
                session, a_work_order(session, a_customer(session, territory, phone=phone))
            )
            a_message(
                session,
                visit,
                kind=MessageKind.REMINDER_DAY,
                state=MessageState.DELIVERED,
                sent_at=NOW - timedelta(hours=1),
                tells_from=visit.told_from,
                tells_until=visit.told_until,
            )


def forget(write: SessionFactory) -> None:
    """As if nobody had written yet."""
    with write() as session:
        session.execute(update(Visit).values(confirmed_at=None))
        session.execute(update(Thread).values(asks=None))
        session.execute(delete(Message).where(Message.kind == MessageKind.ANSWER))
        for model in (InboundText, NumberOptOut, Consent, Callback):
            session.execute(delete(model))


def try_texts(line: Line, read: SessionFactory, write: SessionFactory, bodies: list[str]) -> int:
    """Send them at once; how many were taken for a yes, none wrongly."""
    chance = random.Random(len(bodies))
    sent = {}
    for body in bodies:
        sid = a_sid()
        sent[sid] = body
        form = {"MessageSid": sid, "From": chance.choice(PHONES), "To": OURS, "Body": body}
        assert line.tells("/twilio/inbound/sms", form).status_code == 200, repr(body)
    while line.beat():
        pass
    with read() as session:
        failed = session.scalars(select(Callback).where(Callback.failures > 0)).all()
        assert [sent[one.sid] for one in failed] == []
        kept = session.scalars(select(InboundText)).all()
        assert len(kept) == len(bodies)
        yes = [sent[one.provider_id or ""] for one in kept if one.meaning == Meaning.CONFIRM]
        assert [body for body in yes if not may_be_a_yes(body)] == []
        confirmed = session.scalar(
            select(func.count()).where(Visit.confirmed_at.is_not(None)).select_from(Visit)
        )
        chosen = any(one.meaning == Meaning.CHOICE for one in kept)
        assert not confirmed or yes or chosen
        waiting = select(Message.visit_id).where(Message.state == MessageState.PENDING)
        reminders = waiting.where(Message.kind.in_(REMINDERS))
        said = (Message.visit_id, Message.contact_id, Message.kind)
        twice = reminders.group_by(*said).having(func.count() > 1)
        assert session.scalars(twice).all() == []
    forget(write)
    return len(yes)


def try_many(app: Flask, read: SessionFactory, write: SessionFactory, count: int) -> None:
    line, chance, yes = Line(app, app.test_client()), random.Random(count), 0
    for _ in range(count // AT_ONCE):
        yes += try_texts(line, read, write, [a_text(chance) for _ in range(AT_ONCE)])
    # Neither all nor none of them: the trial tried both.
    assert 0 < yes < count // 2


def test_none_of_fifty_thousand_texts_is_read_as_a_yes_it_is_not() -> None:
    chance = random.Random(50_000)
    bodies = [a_text(chance) for _ in range(TEXTS_IN_SOAK)]
    yes = [body for body in bodies if meaning_of(body) == Meaning.CONFIRM]
    assert [body for body in yes if not may_be_a_yes(body)] == []
    assert 0 < len(yes) < len(bodies) // 2


def test_hundreds_of_texts_break_nothing(
    app: Flask, read: SessionFactory, write: SessionFactory, told: None
) -> None:
    try_many(app, read, write, TEXTS)


@pytest.mark.soak
def test_fifty_thousand_texts_break_nothing(
    app: Flask, read: SessionFactory, write: SessionFactory, told: None
) -> None:
    try_many(app, read, write, TEXTS_IN_SOAK)


def test_a_text_that_is_not_utf_8_is_refused_unread(
    client: FlaskClient, read: SessionFactory, told: None
) -> None:
    answer = client.post(
        "/twilio/inbound/sms",
        data=b"AccountSid=AC1&Body=%FF%FE%80",
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": "x"},
    )
    assert answer.status_code == 403
    with read() as session:
        assert session.scalar(select(func.count()).select_from(Callback)) == 0
