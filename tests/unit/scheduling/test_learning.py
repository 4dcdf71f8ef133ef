"""Spreads learned from a history that was drawn from known ones."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fieldservice.scheduling.outlook.learning import (
    USUAL_TRAFFIC,
    USUAL_WORK,
    Drive,
    Experience,
    Work,
    learn,
)
from fieldservice.scheduling.outlook.spreads import Spread

HOUR = 3600
TRUE_KINDS = {"repair": (0.2, 0.4), "inspection": (-0.15, 0.15)}
"""Mean and sigma of the logarithm of real over planned."""
TRUE_PRODUCTS = {7: 0.3, 8: -0.2, 9: 0.0}
TRUE_PACES = {1: -0.2, 2: 0.0, 3: 0.2}


def a_history(visits: int, seed: int = 1) -> list[Work]:
    luck = np.random.default_rng(seed)
    history = []
    for _ in range(visits):
        kind = str(luck.choice(list(TRUE_KINDS)))
        product = int(luck.choice(list(TRUE_PRODUCTS)))
        technician = int(luck.choice(list(TRUE_PACES)))
        middle, sigma = TRUE_KINDS[kind]
        log = luck.normal(middle + TRUE_PRODUCTS[product] + TRUE_PACES[technician], sigma)
        history.append(Work(kind, product, technician, HOUR, HOUR * math.exp(log)))
    return history


def middle(spread: Spread) -> float:
    """The mean of the factor's logarithm."""
    return math.log(spread.ratio) - spread.sigma**2 / 2


def test_nothing_done_yet_goes_as_planned_give_or_take() -> None:
    known = learn([], [])
    assert known == Experience()
    assert known.work("repair", 7).ratio == pytest.approx(1, abs=0.03)
    assert known.work("repair", None).sigma > USUAL_WORK
    assert (known.pace(1), known.traffic) == (1.0, USUAL_TRAFFIC)


def test_a_long_history_gives_back_the_true_spreads() -> None:
    known = learn(a_history(4000), [])
    for kind, (mean, sigma) in TRUE_KINDS.items():
        for product, more in TRUE_PRODUCTS.items():
            found = known.work(kind, product)
            assert middle(found) == pytest.approx(mean + more, abs=0.07)
            assert found.sigma == pytest.approx(sigma, abs=0.04)
    for technician, pace in TRUE_PACES.items():
        assert math.log(known.pace(technician)) == pytest.approx(pace, abs=0.07)
    assert known.seen["repair"] + known.seen["inspection"] == 4000


def test_a_short_history_is_believed_little() -> None:
    slow = [Work("repair", 7, 1, HOUR, 3 * HOUR) for _ in range(3)]
    quick = [Work("repair", 8, 2, HOUR, HOUR * (0.6, 0.9, 1.1, 1.6)[n % 4]) for n in range(40)]
    known = learn([*quick, *slow], [])
    assert 1 < known.pace(1) < 1.3
    assert 1 < known.work("repair", 7).ratio / known.work("repair", 8).ratio < 2
    longer = learn([*quick, *slow * 20], [])
    assert longer.work("repair", 7).ratio > known.work("repair", 7).ratio
    assert longer.work("repair", 7).ratio * longer.pace(1) > 2


def test_what_was_never_seen_takes_after_the_rest() -> None:
    long = [Work("repair", 7, n % 5, HOUR, 2 * HOUR) for n in range(200)]
    known = learn(long, [])
    assert known.work("repair", 99).ratio > 1.5
    assert known.work("installation", None).ratio > 1.3
    assert known.pace(99) == 1.0
    assert known.work("installation", None).sigma > known.work("repair", 7).sigma


def test_drives_teach_their_own_spread_and_what_a_day_shares() -> None:
    luck = np.random.default_rng(3)
    drives = []
    for day in range(120):
        shared = luck.normal(0, 0.25)
        for _ in range(20):
            log = luck.normal(0.1 + shared, 0.15)
            drives.append(Drive(day, 600, 600 * math.exp(log)))
    known = learn([], drives)
    assert known.traffic == pytest.approx(0.25, abs=0.05)
    assert known.travel.sigma == pytest.approx(0.15, abs=0.02)
    whole = known.travel.ratio
    assert whole == pytest.approx(math.exp(0.1 + (0.25**2 + 0.15**2) / 2), rel=0.06)
    assert known.drives == len(drives)


def test_days_that_share_nothing_are_seen_through() -> None:
    luck = np.random.default_rng(4)
    drives = [Drive(n // 20, 600, 600 * math.exp(luck.normal(0, 0.3))) for n in range(3000)]
    assert learn([], drives).traffic < 0.05


def test_eight_of_ten_visits_end_between_the_usual_minutes() -> None:
    luck = np.random.default_rng(5)
    taken = 40 * np.exp(luck.normal(0.1, 0.3, 3000))
    known = learn([Work("repair", None, 1, 40, float(one)) for one in taken], [])
    least, most = known.usual_minutes("repair", None, 40)
    inside = float(np.mean((least <= taken) & (taken <= most)))
    assert inside == pytest.approx(0.8, abs=0.04)
