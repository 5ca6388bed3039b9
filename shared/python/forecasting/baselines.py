"""What a shop would use without a model. Each gives [series, horizon] units a day from what was known before the moment's day."""

import numpy as np

from .features import Moment
from .panel import weekdays


def naive_7(moment: Moment, horizon: int) -> np.ndarray:
    """The last week again."""
    quantity = np.nan_to_num(moment.panel.quantity[:, : moment.origin])
    last = quantity[:, -7:]
    if last.shape[1] < 7:
        return np.repeat(quantity.mean(axis=1)[:, None], horizon, axis=1)
    return np.tile(last, (1, -(-horizon // 7)))[:, :horizon]


def mean_28(moment: Moment, horizon: int) -> np.ndarray:
    """The mean of the last 28 days, closed ones included."""
    recent = moment.panel.quantity[:, max(0, moment.origin - 28) : moment.origin]
    days = np.maximum(np.isfinite(recent).sum(axis=1), 1)
    return np.repeat((np.nansum(recent, axis=1) / days)[:, None], horizon, axis=1)


def mean_28_weekday(moment: Moment, horizon: int) -> np.ndarray:
    """The same by the weekday's factor over all series and eight weeks."""
    weekday = weekdays(moment.panel.start, moment.origin + horizon)[moment.origin :]
    return mean_28(moment, horizon) * weekday_factors(moment)[weekday]


def weekday_factors(moment: Moment) -> np.ndarray:
    """[7], with closed days: 1 on average."""
    recent = slice(max(0, moment.origin - 56), moment.origin)
    sold = np.nansum(moment.panel.quantity[:, recent], axis=0)
    weekday = weekdays(moment.panel.start, moment.origin)[recent]
    factors = np.array([sold[weekday == day].mean() if (weekday == day).any() else np.nan for day in range(7)])
    return np.nan_to_num(factors / np.nanmean(factors), nan=1.0) if np.nansum(factors) > 0 else np.ones(7)


def intermittent(moment: Moment, horizon: int) -> np.ndarray:
    """A day's rate by the weekday's factor: for what sells now and then, and for what has ceased to sell."""
    weekday = weekdays(moment.panel.start, moment.origin + horizon)[moment.origin :]
    forecast = intermittent_rate(moment)[:, None] * moment.profile[weekday]
    return np.where(moment.closed[moment.origin : moment.origin + horizon], 0, forecast)


def intermittent_rate(moment: Moment, smoothing: float = 0.1) -> np.ndarray:
    """[series] units of an open day: the chance of a sale and its size smoothed apart (Teunter, Syntetos and Babai, 2011)."""
    quantity = moment.panel.quantity[:, : moment.origin][:, ~moment.closed[: moment.origin]]
    chance = size = np.full(len(quantity), np.nan)
    for day in range(quantity.shape[1]):
        sold = quantity[:, day]
        chance = step(chance, (sold > 0).astype(float), np.isfinite(sold), smoothing)
        size = step(size, sold, sold > 0, smoothing)
    return np.nan_to_num(chance * size)


def step(value: np.ndarray, seen: np.ndarray, counts: np.ndarray, smoothing: float) -> np.ndarray:
    begun = np.where(np.isfinite(value), value + smoothing * (seen - value), seen)
    return np.where(counts, begun, value)


#: By name, in the order in which a tie is decided.
BASELINES = {"mean_28_weekday": mean_28_weekday, "intermittent": intermittent, "naive_7": naive_7}
