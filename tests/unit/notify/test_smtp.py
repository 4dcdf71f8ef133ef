"""Letters by e-mail: what is handed over, and what each answer of a server means."""

from __future__ import annotations

import socket
import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from fieldservice.models.customers import Channel
from fieldservice.models.kinds import Language
from fieldservice.models.messages import AttemptOutcome, MessageKind
from fieldservice.notify.calendar import Entry, entry_file
from fieldservice.notify.channel import Inquiry, Parcel
from fieldservice.notify.smtp import SmtpChannel
from fieldservice.smtp_settings import SmtpSettings
from tests.mail_server import Behaviour, mail_server

Outcome = AttemptOutcome
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
TOKEN = "0123456789abcdef"
BODY = (
    "Bon dia, Núria Font:\n\nLi farem una visita el dimecres.\n.\n"
    "\n\nAquí la pot veure:\nhttps://visits.example.org/c/abc?a=1&b=2\n\nSalutacions\nPostvenda"
)
ENTRY = Entry(7, 3, NOW, NOW + timedelta(hours=2), "Postvenda: reparació", "Carrer Major, 1")


def parcel(to: str = "nuria@example.org", subject: str = "La seva visita", **more: str) -> Parcel:
    return Parcel(
        token=TOKEN,
        to=to,
        medium=Channel.EMAIL,
        body=BODY,
        language=Language.CATALAN,
        valid_for=timedelta(hours=2),
        kind=MessageKind.BOOKED,
        subject=subject,
        **more,
    )


def channel(
    port: int, *, scheme: str = "smtp+plain", user: str = "", trusts: ssl.SSLContext | None = None
) -> SmtpChannel:
    settings = SmtpSettings(
        host="127.0.0.1",
        port=port,
        scheme=scheme,
        from_address="visits@example.org",
        from_name="Postvenda, Andorra",
        user=user,
        password="kept" if user else "",
        timeout_seconds=0.5,
    )
    return SmtpChannel(settings, lambda: NOW, trusts)


def test_a_letter_arrives_with_its_words_in_both_looks() -> None:
    with mail_server() as mail:
        answer = channel(mail.port).hand_over(parcel())
    assert (answer.outcome, answer.provider_id) == (Outcome.SENT, f"<{TOKEN}@example.org>")
    (taken,) = mail.letters
    assert (taken.sender, taken.recipients) == ("visits@example.org", ["nuria@example.org"])
    letter = taken.letter
    assert letter["Message-ID"] == f"<{TOKEN}@example.org>"
    assert str(letter["From"]) == '"Postvenda, Andorra" <visits@example.org>'
    assert (letter["Subject"], letter["Content-Language"]) == ("La seva visita", "ca")
    plain, page = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain
    assert page
    assert lines(plain.get_content().rstrip()) == BODY
    assert 'href="https://visits.example.org/c/abc?a=1&amp;b=2"' in page.get_content()
    assert ">Aquí la pot veure</a>" in page.get_content()


def test_its_reader_is_told_why_it_comes_and_how_to_end_it() -> None:
    with mail_server() as mail:
        channel(mail.port).hand_over(parcel(unsubscribe="https://visits.example.org/m/1-x"))
    letter = mail.letters[0].letter
    assert letter["List-Unsubscribe"] == "<https://visits.example.org/m/1-x>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    plain = letter.get_body(("plain",))
    assert plain
    assert lines(plain.get_content()).endswith(
        "Si no vol rebre més correus nostres:\nhttps://visits.example.org/m/1-x\n"
    )


def test_a_calendar_takes_the_visit_and_later_its_end() -> None:
    ics = entry_file(ENTRY, "https://visits.example.org", NOW)
    with mail_server() as mail:
        channel(mail.port).hand_over(parcel(calendar=ics))
    (attached,) = mail.letters[0].letter.iter_attachments()
    assert (attached.get_content_type(), attached.get_filename()) == ("text/calendar", "visit.ics")
    assert attached.get_param("method") == "PUBLISH"
    calendar = Calendar.from_ical(attached.get_content())
    (event,) = calendar.walk("VEVENT")
    assert (event["UID"], event["SEQUENCE"]) == ("visit-7@visits.example.org", 3)
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (NOW, NOW + timedelta(hours=2))
    cancelled = Entry(7, 4, ENTRY.begins_at, ENTRY.ends_at, "a", "b", is_cancelled=True)
    assert "STATUS:CANCELLED" in entry_file(cancelled, "https://visits.example.org", NOW)


@pytest.mark.parametrize(
    ("behaviour", "outcome", "code"),
    [
        (Behaviour(rcpt="550 5.1.1 nobody of that name"), Outcome.REFUSED, 550),
        (Behaviour(rcpt="450 4.2.1 try later"), Outcome.NOT_SENT, 450),
        (Behaviour(mail="550 5.7.1 not from you"), Outcome.NOT_SENT, 550),
        (Behaviour(mail="421 4.3.2 closing"), Outcome.NOT_SENT, 421),
        (Behaviour(data="554 5.7.1 no"), Outcome.REFUSED, 554),
        (Behaviour(data="451 4.3.0 not now"), Outcome.NOT_SENT, 451),
        (Behaviour(taken="554 5.6.0 not like this"), Outcome.REFUSED, 554),
        (Behaviour(taken="452 4.3.1 full"), Outcome.NOT_SENT, 452),
        (Behaviour(greeting="554 no service"), Outcome.NOT_SENT, 554),
        (Behaviour(greeting="hang up"), Outcome.NOT_SENT, None),
        (Behaviour(greeting="stay silent"), Outcome.NOT_SENT, None),
        (Behaviour(mail="hang up"), Outcome.NOT_SENT, None),
        (Behaviour(rcpt="hang up"), Outcome.NOT_SENT, None),
        (Behaviour(data="hang up"), Outcome.NOT_SENT, None),
        (Behaviour(taken="hang up"), Outcome.UNKNOWN, None),
    ],
    ids=str,
)
def test_what_each_answer_means(
    behaviour: Behaviour, outcome: AttemptOutcome, code: int | None
) -> None:
    with mail_server(behaviour) as mail:
        answer = channel(mail.port).hand_over(parcel())
    assert (answer.outcome, answer.code) == (outcome, code)
    assert "nobody of that name" not in (answer.error or "")


def test_silence_after_the_whole_letter_leaves_a_doubt_nobody_can_clear(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fieldservice.notify.smtp.TO_TAKE_IT_SECONDS", 0.2)
    with mail_server(Behaviour(taken="stay silent")) as mail:
        use = channel(mail.port)
        assert use.hand_over(parcel()).outcome == Outcome.UNKNOWN
        asked = Inquiry(TOKEN, None, "nuria@example.org", "", Channel.EMAIL, BODY, NOW)
        assert use.look_up(asked).outcome == Outcome.UNKNOWN


SLOW = "drip {} " + "very slowly " * 20


@pytest.mark.parametrize(
    ("does", "seconds", "outcome"),
    [
        (Behaviour(greeting=SLOW.format(220)), 0.3, Outcome.NOT_SENT),
        (Behaviour(rcpt=SLOW.format(550)), 0.5, Outcome.NOT_SENT),
        (Behaviour(data=SLOW.format(554)), 0.5, Outcome.NOT_SENT),
        (Behaviour(taken=SLOW.format(250)), 2.0, Outcome.UNKNOWN),
    ],
    ids=["greeting", "recipient", "before the letter", "after the letter"],
)
def test_a_server_that_drips_is_cut_off_and_half_a_reply_is_none(
    monkeypatch: pytest.MonkeyPatch, does: Behaviour, seconds: float, outcome: AttemptOutcome
) -> None:
    monkeypatch.setattr("fieldservice.notify.smtp.WHOLE_SECONDS", seconds)
    with mail_server(does) as mail:
        answer = channel(mail.port).hand_over(parcel())
        assert not mail.had_patience
    assert (answer.outcome, answer.code) == (outcome, None)


def test_what_drips_through_tls_is_cut_off_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("fieldservice.notify.smtp.WHOLE_SECONDS", 2.0)
    server, trusts = certificates(tmp_path)
    with mail_server(Behaviour(tls=server, taken=SLOW.format(554))) as mail:
        answer = channel(mail.port, scheme="smtp", trusts=trusts).hand_over(parcel())
        assert not mail.had_patience
    assert (answer.outcome, answer.code) == (Outcome.UNKNOWN, None)


def test_words_that_are_no_reply_leave_a_doubt_only_after_the_letter() -> None:
    with mail_server(Behaviour(taken="what a letter")) as mail:
        assert channel(mail.port).hand_over(parcel()).outcome == Outcome.UNKNOWN
    with mail_server(Behaviour(rcpt="who is that")) as mail:
        assert channel(mail.port).hand_over(parcel()).outcome == Outcome.NOT_SENT


def test_nobody_listening_means_that_nothing_was_sent() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        answer = channel(unused.getsockname()[1]).hand_over(parcel())
    assert answer.outcome == Outcome.NOT_SENT


def test_a_name_nobody_knows_means_that_nothing_was_sent() -> None:
    settings = SmtpSettings("mail.invalid", 25, "smtp+plain", "visits@example.org")
    assert SmtpChannel(settings, lambda: NOW).hand_over(parcel()).outcome == Outcome.NOT_SENT


def test_a_server_without_tls_gets_no_letter_and_no_password() -> None:
    with mail_server() as mail:
        answer = channel(mail.port, scheme="smtp", user="us").hand_over(parcel())
    assert (answer.outcome, mail.letters) == (Outcome.NOT_SENT, [])
    assert all(word.split()[0] in ("ehlo", "EHLO") for word in mail.said)


def test_a_refused_password_is_no_fault_of_the_letter() -> None:
    with mail_server() as mail:
        answer = channel(mail.port, user="us").hand_over(parcel())
    assert answer.outcome == Outcome.NOT_SENT
    assert mail.letters == []


def test_with_tls_the_letter_goes_encrypted_to_whom_the_certificate_names(tmp_path: Path) -> None:
    server, trusts = certificates(tmp_path)
    with mail_server(Behaviour(tls=server)) as mail:
        assert channel(mail.port, scheme="smtp", trusts=trusts).hand_over(parcel()).outcome == (
            Outcome.SENT
        )
        distrusted = channel(mail.port, scheme="smtp").hand_over(parcel())
        assert distrusted.outcome == Outcome.NOT_SENT
    assert len(mail.letters) == 1


@pytest.mark.parametrize(
    "to",
    [
        "nuria@example.org\r\nBcc: all@example.org",
        "nuria@example.org>\r\nRCPT TO:<all@example.org",
        "nuria@example.org, all@example.org",
        "núria@example.org",
        "nuria",
        "",
    ],
)
def test_an_address_that_is_none_is_never_handed_over(to: str) -> None:
    with mail_server() as mail:
        assert channel(mail.port).hand_over(parcel(to)).outcome == Outcome.REFUSED
    assert mail.said == []


def test_no_subject_and_no_words_become_headers_or_commands() -> None:
    subject = "Hello\r\nBcc: all@example.org\r\n\r\nbody\x00\u2028X: y"
    with mail_server() as mail:
        assert channel(mail.port).hand_over(parcel(subject=subject)).outcome == Outcome.SENT
    letter = mail.letters[0].letter
    assert letter["Bcc"] is None
    assert letter["X"] is None
    assert letter["Subject"] == "Hello Bcc: all@example.org body X: y"
    assert mail.letters[0].recipients == ["nuria@example.org"]


def lines(text: str) -> str:
    return text.replace("\r\n", "\n")


def certificates(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server of that address shows, and what trusts it alone."""
    key, shown = folder / "key.pem", folder / "shown.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"),
            *("-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(shown)),
        ],
        check=True,
        capture_output=True,
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(shown, key)
    return server, ssl.create_default_context(cafile=str(shown))
