"""Chances told against promises kept."""

from __future__ import annotations

import numpy as np
import pytest

from fieldservice.scheduling.outlook.reliability import ENOUGH, Band, Told, Verdict, reliability


def drawn(told: float, true: float, count: int, seed: int = 1) -> list[Told]:
    """Promises told one chance and kept with another."""
    luck = np.random.default_rng(seed).random(count)
    return [Told(told, bool(one < true)) for one in luck]


def band_of(told: list[Told], chance: float) -> Band:
    return next(
        one for one in reliability(told).bands if one.least <= chance and (chance < one.most)
    )


@pytest.mark.parametrize(
    ("true", "verdict"),
    [(0.85, Verdict.AS_TOLD), (0.6, Verdict.TOO_SURE), (0.97, Verdict.TOO_CAREFUL)],
)
def test_a_band_says_whether_its_chances_came_true(true: float, verdict: Verdict) -> None:
    assert band_of(drawn(0.85, true, 400), 0.85).verdict == verdict


def test_a_few_promises_say_nothing() -> None:
    band = band_of(drawn(0.85, 0.85, ENOUGH - 1), 0.85)
    assert (band.count, band.verdict) == (ENOUGH - 1, Verdict.TOO_FEW)
    assert not reliability(drawn(0.85, 0.85, ENOUGH - 1)).is_enough
    assert reliability(drawn(0.85, 0.85, ENOUGH)).is_enough


def test_what_lies_outside_its_own_range_is_said_however_few_there_are() -> None:
    few = Band(0.9, 0.95, 14, 0.926, 0.5)
    assert few.likely[1] < 0.926
    assert few.verdict == Verdict.TOO_SURE


def test_a_point_or_two_is_true_enough_however_many_there_are() -> None:
    assert Band(0.95, 1.0, 4000, 0.995, 0.98).verdict == Verdict.AS_TOLD
    assert Band(0.95, 1.0, 4000, 0.995, 0.96).verdict == Verdict.TOO_SURE


def test_what_can_be_true_covers_what_is_true_nineteen_times_of_twenty() -> None:
    covered = 0
    for seed in range(400):
        low, high = band_of(drawn(0.85, 0.9, 60, seed), 0.85).likely
        covered += low <= 0.9 <= high
    assert 0.92 < covered / 400 < 0.98


def test_the_brier_score_is_nothing_for_who_knows_and_worse_for_who_guesses() -> None:
    sure = [Told(1.0, True)] * 30 + [Told(0.0, False)] * 10
    blind = [Told(0.75, one.kept) for one in sure]
    assert reliability(sure).brier == 0
    assert reliability(blind).brier == pytest.approx(reliability(blind).brier_blindly)
    assert reliability([Told(1.0, not one.kept) for one in sure]).brier > 0.25


def test_every_chance_falls_into_one_band() -> None:
    told = [Told(chance / 100, True) for chance in range(101)]
    bands = reliability(told).bands
    assert sum(band.count for band in bands) == 101
    assert bands[-1].count == 6
    assert reliability([]).bands[0].likely == (0.0, 1.0)
