"""A product that has not been sold yet sells as products of its kind and price did when they began."""

from dataclasses import dataclass

import numpy as np

from .panel import Panel

#: Days from a product's first sale that count as its beginning.
BEGINNING = 28
#: The nearest by price that are taken, and how few are enough.
NEAREST, FEWEST = 7, 3
LEVELS = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class Kind:
    category: str | None
    subcategory: str | None
    #: Of a unit; None where it is not known.
    price: float | None


@dataclass(frozen=True)
class Beginnings:
    """Of products whose beginning was seen: kinds by place, daily [products, days] units of their first days, NaN on closed ones."""

    kinds: list[Kind]
    daily: np.ndarray

    def like(self, kind: Kind) -> dict | None:
        """
        {"mean", "p10", "p50", "p90"} units of an open day, of the nearest by price in the subcategory, else in the category, else in the shop.
        None where too few began.
        """
        for same in (
            lambda other: kind.subcategory is not None and other.subcategory == kind.subcategory,
            lambda other: kind.category is not None and other.category == kind.category,
            lambda other: True,
        ):
            found = [at for at, other in enumerate(self.kinds) if same(other)]
            if len(found) >= FEWEST:
                nearest = sorted(found, key=lambda at: distance(kind.price, self.kinds[at].price))[:NEAREST]
                days = self.daily[nearest]
                low, middle, high = np.nanquantile(days, LEVELS)
                return {"mean": float(np.nanmean(days)), "p10": float(low), "p50": float(middle), "p90": float(high)}
        return None


def distance(one: float | None, other: float | None) -> float:
    """How many times dearer; what is not known is far away."""
    return abs(np.log(one / other)) if one and other else np.inf


def beginnings(panel: Panel, closed: np.ndarray, origin: int, kind_of) -> Beginnings:
    """Of products that began after the panel did, so that their first days are known. closed: [days]; kind_of gives a series' Kind by its name."""
    known = np.isfinite(panel.quantity[:, :origin])
    first = np.where(known.any(axis=1), known.argmax(axis=1), origin)
    seen = np.flatnonzero((first > BEGINNING) & (first + BEGINNING <= origin))
    opened = np.where(closed[:origin], np.nan, panel.quantity[:, :origin])
    daily = np.array([opened[at, first[at] : first[at] + BEGINNING] for at in seen]).reshape(-1, BEGINNING)
    return Beginnings([kind_of(panel.series[at]) for at in seen], daily)
