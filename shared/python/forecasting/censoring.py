"""Demand on days whose stock ran out: it was at least what was sold."""

from dataclasses import replace

import numpy as np

from .calendar import closed_until
from .features import LEAST_LEVEL, weekday_profile
from .panel import Panel, weekdays

ROUNDS = 2
#: Ratios of demand to what was usual, as their quantiles.
GRID = 200


def uncensored(panel: Panel, origin: int) -> Panel:
    """
    Before the day `origin` a censored day has the demand that is expected of a day that sold at least so much: by the ratios of all
    days to what was usual, those of censored days at their weight among the larger ones (Kaplan and Meier, 1958).
    """
    if panel.censored is None or not panel.censored[:, :origin].any():
        return panel
    quantity = panel.quantity.copy()
    sold = panel.quantity[:, :origin]
    censored = panel.censored[:, :origin] & np.isfinite(sold)
    closed = closed_until(panel, origin, origin)
    weekday = weekdays(panel.start, origin)
    counted = np.isfinite(sold) & ~closed
    demand = np.where(censored, np.nan, sold)
    for _ in range(ROUNDS):
        profile = np.maximum(weekday_profile(demand, weekday, closed), LEAST_LEVEL)[weekday]
        usual = np.maximum(moving_mean(np.where(closed, np.nan, demand / profile)), LEAST_LEVEL) * profile
        ratio = sold / usual
        expected = usual * expected_above(ratio[counted], censored[counted])(ratio)
        demand = np.where(censored & ~closed, np.maximum(expected, sold), sold)
    quantity[:, :origin] = demand
    return replace(panel, quantity=quantity)


def moving_mean(values: np.ndarray, days: int = 57) -> np.ndarray:
    """Of the days around each day, and of the whole series where there are none."""
    known = np.isfinite(values)
    half = days // 2
    pad = ((0, 0), (half + 1, half))
    sums = np.cumsum(np.pad(np.nan_to_num(values), pad), axis=1)
    counts = np.cumsum(np.pad(known, pad), axis=1)
    around = counts[:, days:] - counts[:, :-days]
    whole = np.nan_to_num(values).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return np.where(around > 0, (sums[:, days:] - sums[:, :-days]) / np.maximum(around, 1), whole[:, None])


def expected_above(ratio: np.ndarray, censored: np.ndarray):
    """A function of a ratio r: the mean of those that are at least r, with the censored ones at their estimated weight."""
    order = np.lexsort((censored, ratio))
    ratio, censored = ratio[order], censored[order]
    at_risk = np.arange(len(ratio), 0, -1)
    survival = np.cumprod(np.where(censored, 1.0, 1 - 1 / at_risk))
    weight = np.r_[1.0, survival[:-1]] - survival
    # What is left beyond the largest is at the largest.
    weight[-1] += survival[-1]
    tail_weight = np.cumsum(weight[::-1])[::-1]
    tail_sum = np.cumsum((weight * ratio)[::-1])[::-1]
    knots = np.unique(np.linspace(0, len(ratio) - 1, GRID).astype(int))
    means = tail_sum[knots] / np.maximum(tail_weight[knots], 1e-12)
    return lambda values: np.maximum(np.interp(values, ratio[knots], np.maximum(means, ratio[knots])), values)
