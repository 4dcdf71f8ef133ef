"""The words of each language on the telephone, and the news a call brings."""

from __future__ import annotations

from fieldservice.models.kinds import Language
from fieldservice.models.messages import MessageKind
from fieldservice.notify.texts import Facts
from fieldservice.notify.voice.words import ca, en, es, hu
from fieldservice.notify.voice.words.form import SpokenWords

SPOKEN: dict[Language, SpokenWords] = {
    Language.ENGLISH: en.WORDS,
    Language.SPANISH: es.WORDS,
    Language.CATALAN: ca.WORDS,
    Language.HUNGARIAN: hu.WORDS,
}


def notice_text(kind: MessageKind, language: Language, facts: Facts) -> str:
    """What a call says of a visit; window, before and time of the facts are spoken ones."""
    return (
        SPOKEN[language]
        .notice.texts[kind]
        .format(
            company=facts.company,
            name=facts.name,
            work=facts.work,
            window=facts.window,
            before=facts.before,
            time=facts.time,
        )
    )
