"""
How far demand strays from its forecast. A series' own days say the shape: ratios of what was sold to what was usual. Earlier forecasts
say which of its quantiles holds what it promises (conformal prediction: Vovk and others, 2005), for each kind of series.
"""

from dataclasses import dataclass

import numpy as np

from .censoring import moving_mean
from .features import LEAST_LEVEL, Moment, quantiles_of
from .panel import weekdays

#: What is asked of earlier forecasts: a little more, for the weeks to come differ from those before.
ASKED = (0.08, 0.5, 0.905)
GRID = np.linspace(0, 1, 101)
#: Open days that a shape is taken of; with fewer the shape is that of all series of its kind.
SHAPE_DAYS = 120
LEAST_DAYS = 30
#: Kinds of series by the share of open days with a sale.
KINDS = np.array([0.05, 0.15, 0.3, 0.5, 0.7, 0.9])
LEAST_CELLS = 400


def kind_of(moment: Moment) -> np.ndarray:
    """[series], 0 sells least often."""
    sells = moment.values["sells_144"]
    return np.searchsorted(KINDS, np.nan_to_num(sells))


def shapes(moment: Moment) -> np.ndarray:
    """[series, GRID] quantiles of demand as multiples of its mean."""
    origin = moment.origin
    quantity = moment.panel.quantity[:, :origin]
    weekday = weekdays(moment.panel.start, origin)
    factor = np.maximum(moment.profile[weekday], LEAST_LEVEL)
    open_days = np.flatnonzero(~moment.closed[:origin])[-SHAPE_DAYS:]
    per_day = np.where(moment.closed[:origin], np.nan, quantity / factor)[:, open_days]
    usual = moving_mean(per_day)
    ratio = per_day / np.where(usual > 0, usual, np.nan)
    own = quantiles_of(ratio, GRID)
    days = np.isfinite(ratio).sum(axis=1)
    kinds = kind_of(moment)
    for kind in np.unique(kinds):
        of_kind = ratio[(kinds == kind)]
        of_kind = of_kind[np.isfinite(of_kind)]
        pooled = np.quantile(of_kind, GRID) if len(of_kind) else np.ones(len(GRID))
        few = (kinds == kind) & (days < LEAST_DAYS)
        own[few] = pooled
    return own


@dataclass(frozen=True)
class Calibration:
    """levels: for each kind of series, which quantile of a shape keeps the promise of p10, p50 and p90; [kinds, 3]."""

    levels: np.ndarray

    def band(self, moment: Moment, mean: np.ndarray) -> np.ndarray:
        """[series, days, 3]: p10, p50 and p90 of what is forecast from a moment, [series, days]."""
        return mean[..., None] * self.multiples(moment)[:, None, :]

    def multiples(self, moment: Moment) -> np.ndarray:
        """[series, 3]: p10, p50 and p90 as multiples of the mean."""
        own, levels = shapes(moment), self.levels[kind_of(moment)]
        found = np.stack([[np.interp(level, GRID, shape) for level in row] for shape, row in zip(own, levels)])
        return np.maximum.accumulate(found, axis=1)


#: Without earlier forecasts a shape's own quantiles, a little wider.
UNCALIBRATED = Calibration(np.tile([0.08, 0.5, 0.92], (len(KINDS) + 1, 1)))


def calibrate(windows: list[tuple[Moment, np.ndarray, np.ndarray]]) -> Calibration:
    """From earlier moments, each with what was forecast and what came, [series, days]; NaN where nothing is known."""
    kinds, below, upto = [], [], []
    for moment, forecast, came in windows:
        own = shapes(moment)
        known = np.isfinite(came) & (forecast > 0)
        series = np.nonzero(known)[0]
        ratio = came[known] / forecast[known]
        under, at_most = np.zeros(len(ratio)), np.zeros(len(ratio))
        for quantile in own.T:
            under += quantile[series] < ratio
            at_most += quantile[series] <= ratio
        kinds.append(kind_of(moment)[series])
        # A quantile level's promise is broken upwards where the shape at it is less than what came.
        below.append(under / len(GRID))
        upto.append(at_most / len(GRID))
    kinds, below, upto = (np.concatenate(part) if part else np.array([]) for part in (kinds, below, upto))
    if len(kinds) < LEAST_CELLS:
        return UNCALIBRATED
    levels = np.empty((len(KINDS) + 1, 3))
    for kind in range(len(levels)):
        own = kinds == kind
        own = own if own.sum() >= LEAST_CELLS else np.ones(len(kinds), bool)
        levels[kind] = [np.quantile(side[own], level) for side, level in zip((upto, below, below), ASKED)]
    return Calibration(levels)
