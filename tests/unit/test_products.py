"""What a product is called wherever people read of it."""

from __future__ import annotations

import pytest

from fieldservice.models.assets import Product


@pytest.mark.parametrize(
    ("brand", "name", "full_name"),
    [
        ("Calor", "Caldera 24", "Calor Caldera 24"),
        ("Wallbox", "Wallbox Pulsar", "Wallbox Pulsar"),
        ("WALLBOX", "Wallbox Pulsar", "Wallbox Pulsar"),
        ("Saunier Duval", "Saunier Duval Thema", "Saunier Duval Thema"),
        ("Cal", "Caldera 24", "Cal Caldera 24"),
        ("", "Caldera 24", "Caldera 24"),
    ],
)
def test_the_brand_is_read_once(brand: str, name: str, full_name: str) -> None:
    assert Product(brand=brand, name=name).full_name == full_name
