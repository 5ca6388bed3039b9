"""How much each product is bought now: decayed counts of purchases, by day."""

from dataclasses import dataclass

import numpy as np

from .interactions import Interactions

#: Days after which a purchase counts for half.
HALVES = (3, 7, 14, 28)
#: Days that are kept apart; in longer histories of many clients' own days some share one.
MOST_MOMENTS = 400


@dataclass(frozen=True)
class Trend:
    """
    What is known of the products before some days. moments: those days, in order.

    recent: by half-life, [moments, products] purchases, decayed. total: [moments, products] purchases. first: [products] the day of the
    first purchase; of one that was never bought the first moment.
    """

    moments: np.ndarray
    recent: dict[int, np.ndarray]
    total: np.ndarray
    first: np.ndarray

    def at(self, days: np.ndarray) -> np.ndarray:
        """The last moment that is not after each day."""
        return np.maximum(np.searchsorted(self.moments, days, side="right") - 1, 0)


def follow(history: Interactions, days: np.ndarray) -> Trend:
    """Before each of these days; a purchase of that day itself does not count."""
    moments = np.unique(days)
    if len(moments) > MOST_MOMENTS:
        moments = np.unique(moments[np.linspace(0, len(moments) - 1, MOST_MOMENTS).astype(int)])
    products = history.shape[1]
    order = np.argsort(history.day, kind="stable")
    day, product = history.day[order], history.product[order]
    ends = np.searchsorted(day, moments)
    recent = {half: np.zeros((len(moments), products), np.float32) for half in HALVES}
    total = np.zeros((len(moments), products), np.float32)
    before, start = None, 0
    for number, (moment, end) in enumerate(zip(moments, ends, strict=True)):
        own, age = product[start:end], moment - day[start:end]
        total[number] = np.bincount(own, minlength=products)
        for half, counts in recent.items():
            counts[number] = np.bincount(own, 0.5 ** (age / half), products)
        if before is not None:
            total[number] += total[number - 1]
            for half, counts in recent.items():
                counts[number] += counts[number - 1] * 0.5 ** ((moment - before) / half)
        before, start = moment, end
    first = np.full(products, moments[0])
    np.minimum.at(first, history.product, history.day)
    return Trend(moments, recent, total, first)
