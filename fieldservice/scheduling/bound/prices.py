"""What the program says visits are worth, shifts are worth and cuts charge, in units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fieldservice.scheduling.bound.day import Day, whole_prices
from fieldservice.scheduling.search.legs import Array


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of visits, of groups (0 or less) and of cuts; a bound follows from any of them."""

    visits: Array
    use: Array
    charges: Array

    def charged_by(self, count: int) -> Array:
        """Return what each of so many cuts charges, those these prices do not know nothing."""
        charges: Array = np.zeros(count, self.charges.dtype)
        known = self.charges[:count]
        charges[: len(known)] = known
        return charges

    def between(self, other: Prices, share: float) -> Prices:
        """Return `share` of these prices with the rest of others, which may know more cuts."""
        mine = self.charged_by(len(other.charges))
        return Prices(
            share * self.visits + (1 - share) * other.visits,
            share * self.use + (1 - share) * other.use,
            share * mine + (1 - share) * other.charges,
        )

    def whole(self, day: Day) -> Prices:
        """Return whole prices near these that no plan can be paid by: none of the wrong sign."""
        return Prices(
            whole_prices(self.visits, day),
            np.minimum(0, np.floor(self.use)).astype(np.int64),
            np.maximum(0, np.floor(self.charges)).astype(np.int64),
        )
