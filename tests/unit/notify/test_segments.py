"""What a text is charged as."""

from __future__ import annotations

import pytest

from fieldservice.notify.segments import segments_of, unaccented


@pytest.mark.parametrize(
    ("text", "alphabet", "count"),
    [
        ("a" * 160, "GSM-7", 1),
        ("a" * 161, "GSM-7", 2),
        ("a" * 306, "GSM-7", 2),
        ("a" * 307, "GSM-7", 3),
        ("ú" * 70, "UCS-2", 1),
        ("ú" * 71, "UCS-2", 2),
        ("ú" * 134, "UCS-2", 2),
        ("ú" * 135, "UCS-2", 3),
        ("€" * 80, "GSM-7", 1),
        ("€" * 81, "GSM-7", 2),
        ("", "GSM-7", 1),
    ],
)
def test_a_text_is_cut_where_networks_cut_it(text: str, alphabet: str, count: int) -> None:
    found = segments_of(text)
    assert (found.alphabet, found.count) == (alphabet, count)


@pytest.mark.parametrize("letter", "çíïóúáőű·’–")
def test_one_letter_can_switch_the_whole_text(letter: str) -> None:
    assert segments_of("Bon dia" + letter).alphabet == "UCS-2"


@pytest.mark.parametrize("letter", "àèéòìùñöüÇ¿¡€[]")
def test_some_accents_cost_nothing(letter: str) -> None:
    assert segments_of("Bon dia" + letter).alphabet == "GSM-7"


def test_a_sign_of_two_places_is_not_cut_in_half() -> None:
    assert segments_of("a" * 152 + "€" + "a" * 152).count == 3


def test_more_than_two_segments_are_worth_a_warning() -> None:
    assert not segments_of("ú" * 134).are_many
    assert segments_of("ú" * 135).are_many


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Instal·lació d'avui, plaça 1", "Instal.lacio d'avui, placa 1"),
        ("Előző időpont, űr", "Elözö idöpont, ür"),
        ("Señor, ¿qué tal? à è ò ñ", "Señor, ¿qué tal? à è ò ñ"),
        ("“Mañana” – sí…", '"Mañana" - si...'),
        ("漢字 🐕", "漢字 🐕"),
    ],
)
def test_without_accents_the_words_stay_readable(written: str, plain: str) -> None:
    assert unaccented(written) == plain
    assert segments_of(plain).count <= segments_of(written).count
