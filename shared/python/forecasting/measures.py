"""How good forecasts were. Definitions: Hyndman and Koehler (2006) for scaled errors; RMSSE as in the M5 competition."""

import numpy as np


#: Of the band.
LEVELS = (0.1, 0.5, 0.9)


def mean_square_change(quantity: np.ndarray) -> np.ndarray:
    """[series], from day to day: a series' scale. NaN where no two days are known."""
    with np.errstate(all="ignore"):
        daily = np.diff(quantity, axis=1)
        return np.nansum(daily**2, axis=1) / np.isfinite(daily).sum(axis=1)


def mean_absolute_change(quantity: np.ndarray) -> np.ndarray:
    """[series], to the week before. NaN where no two days are known."""
    with np.errstate(all="ignore"):
        weekly = quantity[:, 7:] - quantity[:, :-7]
        return np.nansum(np.abs(weekly), axis=1) / np.isfinite(weekly).sum(axis=1)


class Measures:
    """
    Adds up origins. Quantities and forecasts are [series, days], NaN in quantities where nothing is known; bands are
    [series, days, 3] for p10, p50, p90; open is [days].
    """

    def __init__(self):
        self.sums = dict.fromkeys(("error", "absolute", "sold", "horizon", "cells", "open", "below", "above", "at_or_above", "pinball"), 0.0)
        self.rmsse, self.mase = [], []

    def add(self, quantity, forecast, band, open_days, history) -> None:
        squared, absolute = mean_square_change(history), mean_absolute_change(history)
        known = np.isfinite(quantity)
        error = np.where(known, forecast - quantity, 0)
        came = np.where(known, quantity, 0)
        days = known.sum(axis=1)
        with np.errstate(all="ignore"):
            self.rmsse.append(np.sqrt((error**2).sum(axis=1) / days / squared))
            self.mase.append(np.abs(error).sum(axis=1) / days / absolute)
        add = self.sums
        add["error"] += error.sum()
        add["absolute"] += np.abs(error).sum()
        add["sold"] += came.sum()
        add["horizon"] += np.abs(error.sum(axis=1)).sum()
        add["cells"] += known.sum()
        if band is not None:
            counted = known & open_days
            low, high = band[..., 0], band[..., 2]
            add["open"] += counted.sum()
            add["below"] += (counted & (came < low - 1e-6)).sum()
            add["above"] += (counted & (came > high + 1e-6)).sum()
            add["at_or_above"] += (counted & (came >= high - 1e-6)).sum()
            for at, level in enumerate(LEVELS):
                miss = came - band[..., at]
                add["pinball"] += (np.maximum(level * miss, (level - 1) * miss) * known).sum() / len(LEVELS)

    def report(self) -> dict:
        of = self.sums
        share = lambda part, whole: round(float(of[part] / of[whole]), 4) if of[whole] else None
        found = {
            "rmsse": average(self.rmsse),
            "wape": share("absolute", "sold"),
            "mase": average(self.mase),
            "bias": share("error", "sold"),
            "wapeOfSum": share("horizon", "sold"),
            "cells": int(of["cells"]),
        }
        if of["open"]:
            found |= {
                "belowP10": share("below", "open"),
                "aboveP90": share("above", "open"),
                "atOrAboveP90": share("at_or_above", "open"),
                "pinball": share("pinball", "sold"),
            }
        return found


def average(values: list[np.ndarray]) -> float | None:
    every = np.concatenate(values) if values else np.array([])
    every = every[np.isfinite(every)]
    return round(float(every.mean()), 4) if len(every) else None
