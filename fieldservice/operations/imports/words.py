"""Kinds, priorities, languages and yes or no, in the words lists use."""

from __future__ import annotations

from fieldservice.errors import Refused
from fieldservice.models.customers import Reach
from fieldservice.models.kinds import Kind, Language
from fieldservice.operations.customers.folding import fold
from fieldservice.operations.imports.cells import Cell, text_of


def _folded(words: str) -> frozenset[str]:
    return frozenset(fold(word) for word in words.split("|"))


KINDS = {
    Kind.INSTALLATION: _folded(
        "installation|install|instalación|instalar|montaje|instal·lació|instal-lació|instal.lació"
        "|instalacio|muntatge|posada en marxa|puesta en marcha|telepítés|beszerelés|üzembe helyezés"
    ),
    Kind.MAINTENANCE: _folded(
        "maintenance|service|servicing|annual service|mantenimiento|revisión anual|manteniment"
        "|revisió anual|mant|karbantartás|éves karbantartás"
    ),
    Kind.REPAIR: _folded(
        "repair|breakdown|fault|fix|reparación|avería|arreglo|reparació|avaria|averia|rep"
        "|javítás|hibaelhárítás|hiba"
    ),
    Kind.DEMONSTRATION: _folded(
        "demonstration|demo|training of use|demostración|demostració|demo d'ús|explicació d'ús"
        "|bemutató|bemutatás"
    ),
    Kind.INSPECTION: _folded(
        "inspection|check|survey|inspección|revisión|visita técnica|inspecció|revisió"
        "|visita tècnica|peritació|peritación|ellenőrzés|felülvizsgálat|szemle"
    ),
}
PRIORITIES = {
    90: _folded("urgent|urgente|very high|molt alta|muy alta|sürgős|emergency|emergencia|urgència"),
    60: _folded("high|alta|alt|alto|magas"),
    30: _folded("medium|normal|mitjana|mitja|media|medio|standard|közepes|átlagos"),
    0: _folded("low|baixa|baja|baix|bajo|alacsony|none|cap|ninguna|no"),
}
LANGUAGES = {
    Language.ENGLISH: _folded("en|eng|english|inglés|anglès|angol|en gb|en us"),
    Language.SPANISH: _folded(
        "es|esp|spa|cas|spanish|español|castellano|castellà|espanyol|spanyol"
    ),
    Language.CATALAN: _folded("ca|cat|catalan|català|catalán|katalán|ca es|ca ad|valencià"),
    Language.HUNGARIAN: _folded("hu|hun|hungarian|húngaro|hongarès|magyar"),
}
REACHES = {
    Reach.SMS: _folded("sms|text|texts|text message|missatge|mensaje|mensaje de texto|üzenet"),
    Reach.CALL: _folded(
        "call|phone|phone call|telephone|voice|trucada|telèfon|trucar|llamada|teléfono|llamar"
        "|hívás|telefon|telefonhívás"
    ),
    Reach.EMAIL: _folded("email|e-mail|mail|correu|correu electrònic|correo|correo electrónico"),
    Reach.BY_HAND: _folded(
        "by hand|person|letter|post|office|persona|a mà|carta|correu postal|oficina|a mano"
        "|correo postal|személyesen|levél|posta|ügyintéző"
    ),
}
_YES = _folded("yes|y|true|1|x|sí|si|s|igen|ok|confirmat|confirmada|confirmado|confirmed|promised")
_NO = _folded("no|n|false|0|nem|pendent|pendiente|pending|per confirmar|por confirmar")

_KIND_OF = {word: kind for kind, words in KINDS.items() for word in words}
_PRIORITY_OF = {word: number for number, words in PRIORITIES.items() for word in words}
_REACH_OF = {word: reach for reach, words in REACHES.items() for word in words}
_LANGUAGE_OF = {word: language for language, words in LANGUAGES.items() for word in words}


def read_kind(cell: Cell) -> Kind:
    """One of the five kinds of work, in any of four languages."""
    text = text_of(cell)
    kind = _KIND_OF.get(fold(text))
    if kind is None:
        raise Refused(
            f"{text!r} is not a kind of work. Write installation, maintenance, repair, "
            "demonstration or inspection, in English, Spanish, Catalan or Hungarian."
        )
    return kind


def read_priority(cell: Cell) -> int:
    """0 to 100, as a number or a word; a single digit counts 1 (first) to 5 (last)."""
    text = text_of(cell)
    if text.isdecimal() and len(text) <= 3 and int(text) <= 100:
        return {1: 90, 2: 60, 3: 30, 4: 10, 5: 0}.get(int(text), int(text))
    priority = _PRIORITY_OF.get(fold(text))
    if priority is None:
        raise Refused(
            f"{text!r} is not a priority. Write urgent, high, normal or low, or 0 to 100."
        )
    return priority


def read_language(cell: Cell) -> Language:
    """One of the four languages customers are spoken to in."""
    text = text_of(cell)
    language = _LANGUAGE_OF.get(fold(text))
    if language is None:
        raise Refused(f"{text!r} is not a language spoken here. Write ca, es, en or hu.")
    return language


def read_reach(cell: Cell) -> Reach:
    """How somebody asked to be reached, in any of four languages."""
    text = text_of(cell)
    reach = _REACH_OF.get(fold(text))
    if reach is None:
        raise Refused(f"{text!r} is no way to reach somebody. Write sms, call, e-mail or person.")
    return reach


def read_yes(cell: Cell) -> bool:
    """Yes or no."""
    folded = fold(text_of(cell))
    if folded in _YES:
        return True
    if folded in _NO:
        return False
    raise Refused(f"{text_of(cell)!r} is neither yes nor no. Write yes or no.")
