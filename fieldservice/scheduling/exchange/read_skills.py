"""Skills with levels as a file writes them: {"7": 3}."""

from __future__ import annotations

from fieldservice.scheduling.exchange.fields import Fields, whole


def skill_levels(fields: Fields) -> dict[int, int]:
    """Return the level of each skill named, from 1."""
    given = fields.wholes_by("skill_levels", least=1)
    for name in given:
        if not (name.isascii() and name.isdigit() and name == str(int(name[:16]))):
            fields.refuse("skill_levels", f"A skill is a whole number in quotes, not {name!r}.")
        whole(int(name), fields.at("skill_levels"))
    return {int(name): level for name, level in given.items()}
