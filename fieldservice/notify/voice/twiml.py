"""A turn of a script as TwiML: the only place that knows how Twilio is told to speak."""

from __future__ import annotations

from collections.abc import Callable

from twilio.twiml import TwiML
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from fieldservice.models.kinds import Language
from fieldservice.notify.voice.line import Next, Sentence, Turn, in_language
from fieldservice.notify.voice.speech import SPOKEN
from fieldservice.notify.voice.voices import VOICES

KEY_SECONDS = 6
SILENCE_SECONDS = 5
LONGEST_WORDS_SECONDS = 120
RINGS_SECONDS = 25
LONGEST_TALK_SECONDS = 3600

Address = Callable[[str], str]
"""From a step — key, words, through, recording — to the address that takes its answer."""


def twiml(turn: Turn, address: Address, our_number: str = "") -> str:
    """What the line does now; every way out of it leads to an address of ours or to the end."""
    response = VoiceResponse()
    match turn.then:
        case Next.KEY:
            # Within the question, so that a key may be pressed before all is said.
            _say(_gather(response, address("key")), turn.says)
            response.redirect(address("key"), method="POST")
        case Next.WORDS:
            _say(response, turn.says)
            _record(response, address)
            # Twilio goes on here where nothing at all was said.
            response.redirect(address("words"), method="POST")
        case Next.THROUGH:
            _say(response, turn.says)
            _dial(response, address("through"), turn.number, our_number)
        case Next.END:
            _say(response, turn.says)
            response.hangup()
    return str(response)


def nobody_there() -> str:
    """For a machine that answered: nothing is said to it."""
    response = VoiceResponse()
    response.hangup()
    return str(response)


def apology(language: Language) -> str:
    """Something of ours is broken: said politely, then the end."""
    response = VoiceResponse()
    _say(response, in_language(language, SPOKEN[language].inbound.trouble))
    response.hangup()
    return str(response)


def _say(verb: TwiML, says: tuple[Sentence, ...]) -> None:
    for sentence in says:
        voice = VOICES[sentence.language]
        verb.say(_printable(sentence.text), voice=voice.name, language=voice.locale)


def _gather(response: VoiceResponse, action: str) -> Gather:
    gather = Gather(
        input="dtmf",
        num_digits=1,
        timeout=KEY_SECONDS,
        action_on_empty_result=True,
        action=action,
        method="POST",
    )
    response.append(gather)
    return gather


def _record(response: VoiceResponse, address: Address) -> None:
    response.record(
        action=address("words"),
        method="POST",
        timeout=SILENCE_SECONDS,
        max_length=LONGEST_WORDS_SECONDS,
        finish_on_key="#",
        play_beep=True,
        trim="trim-silence",
        recording_status_callback=address("recording"),
        recording_status_callback_event="completed absent",
        recording_status_callback_method="POST",
    )


def _dial(response: VoiceResponse, action: str, number: str, our_number: str) -> None:
    dial = Dial(
        action=action,
        method="POST",
        timeout=RINGS_SECONDS,
        time_limit=LONGEST_TALK_SECONDS,
        caller_id=our_number or None,
    )
    dial.number(number)
    response.append(dial)


def _printable(text: str) -> str:
    """Without signs that no XML may hold: names come from lists."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
