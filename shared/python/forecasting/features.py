"""
What is known about a series at a moment, as numbers that trees can split on. Everything is relative to the series' level, so that
one model learns from all of them, large and small. Nothing from the origin on is read but plans: weekday, closed days, prices and
promotions.
"""

import warnings
from dataclasses import dataclass

import numpy as np

from .calendar import closed_until
from .panel import Panel, weekdays

#: So that a series without sales has a level too.
LEAST_LEVEL = 0.05
#: Open days of about four, eight, twelve and 24 weeks.
WINDOWS = (7, 14, 28, 56, 112)
DECAYS = (0.02, 0.05, 0.1, 0.2)
YEAR = 364
#: A profile of few days is drawn to a flat one by so many days of each kind.
PROFILE_PRIOR = 1.0


@dataclass(frozen=True)
class Moment:
    """
    All series as they are known before the day `origin`. level: units of an open day, [series]. profile: factor of each weekday,
    [7]. values: features by name, each [series]. closed: [days from the panel's start], also after the origin.
    """

    panel: Panel
    origin: int
    level: np.ndarray
    profile: np.ndarray
    closed: np.ndarray
    values: dict[str, np.ndarray]

    def offset(self, series: np.ndarray, ahead: np.ndarray) -> np.ndarray:
        """Units that the level and the weekday alone say, [pairs]; `ahead` counts days from the origin, from 0."""
        weekday = weekdays(self.panel.start, self.origin + int(ahead.max(initial=0)) + 1)
        return self.level[series] * np.maximum(self.profile[weekday[self.origin + ahead]], LEAST_LEVEL)

    def rows(self, series: np.ndarray, ahead: np.ndarray) -> np.ndarray:
        """[pairs, features] float32, in the order of `names`."""
        day = self.origin + ahead
        weekday = weekdays(self.panel.start, int(day.max(initial=0)) + 1)[day]
        factor = np.maximum(self.profile[weekday], LEAST_LEVEL)
        closed = np.r_[self.closed, False]
        of_day = {
            "weekday": weekday,
            "ahead": ahead,
            "profile": self.profile[weekday],
            "closed_before": closed[day - 1],
            "closed_after": closed[np.minimum(day + 1, len(closed) - 1)],
            "weekday_4": self.values["weekdays_4"][series, weekday] / factor,
            "weekday_8": self.values["weekdays_8"][series, weekday] / factor,
            **self.plans(series, day),
        }
        own = [self.values[name][series] for name in self.names_of_series]
        return np.stack([*own, *of_day.values()], axis=1).astype(np.float32)

    @property
    def names_of_series(self) -> list[str]:
        return [name for name, value in self.values.items() if value.ndim == 1]

    @property
    def names(self) -> list[str]:
        of_day = ["weekday", "ahead", "profile", "closed_before", "closed_after", "weekday_4", "weekday_8"]
        return [*self.names_of_series, *of_day, *self.plans(np.array([0]), np.array([self.origin]))]

    def plans(self, series: np.ndarray, day: np.ndarray) -> dict[str, np.ndarray]:
        """Features of the coming day's price and promotion; days beyond the plan are as the last one before the origin."""
        found = {}
        day = np.minimum(day, self.panel.days - 1)
        if self.panel.price is not None:
            with np.errstate(all="ignore"):
                found["price"] = np.log(self.panel.price[series, day] / self.values["price_before"][series])
        if self.panel.promo is not None:
            found["promo"] = self.panel.promo[series, day].astype(float)
        return found


class Observer:
    """Moments of a panel, each observed once: models of different origins learn from the same ones."""

    def __init__(self, panel: Panel, horizon: int):
        self.panel, self.horizon = panel, horizon
        self.moments: dict[int, Moment] = {}

    def at(self, origin: int) -> Moment:
        if origin not in self.moments:
            self.moments[origin] = observe(self.panel, origin, self.horizon)
        return self.moments[origin]


def observe(panel: Panel, origin: int, horizon: int) -> Moment:
    """What is known before the day `origin` (counted from the panel's first)."""
    closed = closed_until(panel, origin, origin + horizon)
    weekday = weekdays(panel.start, origin)
    with warnings.catch_warnings():
        # Of nothing there is no mean: NaN, which trees take.
        warnings.simplefilter("ignore", RuntimeWarning)
        quantity = panel.quantity[:, :origin]
        open_days = np.flatnonzero(~closed[:origin])
        profile = weekday_profile(quantity, weekday, closed[:origin])
        opened = np.where(closed[:origin], np.nan, quantity)
        values = series_features(quantity, opened, weekday, open_days, closed[:origin])
        level = values.pop("level")
        values |= price_features(panel, origin)
        values |= season_features(opened, origin, horizon)
    # A panel of ten thousand series has a hundred moments.
    values = {name: value.astype(np.float32) for name, value in values.items()}
    return Moment(panel, origin, level, profile, closed, values)


def weekday_profile(quantity: np.ndarray, weekday: np.ndarray, closed: np.ndarray) -> np.ndarray:
    """[7] over all series and eight weeks; open days have 1 on average, closed ones 0."""
    recent = slice(max(0, len(weekday) - 56), None)
    sold, weekday, closed = np.nansum(quantity[:, recent], axis=0), weekday[recent], closed[recent]
    mean = sold[~closed].mean() if (~closed).any() else 0
    profile = np.ones(7)
    for day in range(7):
        own = sold[(weekday == day) & ~closed]
        if len(own):
            profile[day] = (own.sum() + PROFILE_PRIOR * mean) / (len(own) + PROFILE_PRIOR) / mean if mean > 0 else 1
        elif (weekday == day).any():
            profile[day] = 0
    seen = profile > 0
    return profile / profile[seen].mean() if seen.any() else np.ones(7)


def mean(values: np.ndarray) -> np.ndarray:
    """[series] of [series, days]; of no day it is NaN."""
    return np.nanmean(values, axis=1) if values.shape[1] else np.full(len(values), np.nan)


def series_features(quantity, opened, weekday: np.ndarray, open_days: np.ndarray, closed: np.ndarray) -> dict[str, np.ndarray]:
    """Of quantities [series, days], and of the same with closed days as NaN; the level is among them."""
    days = quantity.shape[1]
    last = {window: opened[:, max(0, days - window) :] for window in WINDOWS}
    means = {window: mean(last[window]) for window in WINDOWS}
    p90 = quantiles_of(last[56], np.array([0.9]))[:, 0]
    # One order of a thousand units is no level.
    cap = (3 * np.nan_to_num(p90) + 3)[:, None]
    capped = {window: mean(np.minimum(last[window], cap)) for window in (14, 28, 56)}
    usual = np.where(np.isfinite(capped[28]), capped[28], np.nan_to_num(capped[56]))
    level = 0.5 * usual + 0.3 * fill(capped[14], usual) + 0.2 * fill(capped[56], usual) + LEAST_LEVEL

    by_open = quantity[:, open_days]
    sells = np.where(np.isfinite(by_open), by_open > 0, np.nan)
    active = np.where(by_open > 0, by_open, np.nan)
    longest, since_longest = longest_pause(by_open[:, -72:])
    sold = np.nan_to_num(quantity) > 0
    total = np.nansum(opened, axis=0)
    total[closed] = np.nan
    shop = {window: np.nanmean(total[-window:]) for window in (7, 28, 56)}
    everyone = np.ones(len(quantity))
    found = {"level": level, "log_level": np.log(level)}
    found |= {f"mean_{window}": means[window] / level for window in WINDOWS}
    found |= {
        "mean_all": mean(by_open) / level,
        "capped_28": capped[28] / level,
        "median_28": median(last[28]) / level,
        "largest_28": np.nanmax(last[28], axis=1, initial=0, where=np.isfinite(last[28])) / level,
        "largest_84": np.nanmax(by_open[:, -72:], axis=1, initial=0, where=np.isfinite(by_open[:, -72:])) / level,
        "p90_56": p90 / level,
        "deviation_28": np.nanstd(last[28], axis=1) / level,
        "large_share": mean(np.where(np.isfinite(by_open[:, -72:]), by_open[:, -72:] > cap, np.nan)),
        "trend_28": np.log((means[28] + 0.1) / (mean(opened[:, max(0, days - 56) : max(0, days - 28)]) + 0.1)),
        "since_sale": np.where(sold.any(axis=1), np.argmax(sold[:, ::-1], axis=1), days),
        "age": np.minimum(np.isfinite(quantity).sum(axis=1), 400),
        "pause": longest,
        "since_pause": since_longest,
        "shop_7_28": everyone * shop[7] / shop[28],
        "shop_28_56": everyone * shop[28] / shop[56],
    }
    found |= {f"sells_{window}": mean(sells[:, -window:]) for window in (6, 12, 24, 48, 144)}
    found |= {f"order_{window}": median(active[:, -window:]) / level for window in (24, 72)}
    found["order_all"] = median(active) / level
    found |= smoothed(np.minimum(by_open, cap), level)
    for weeks in (4, 8):
        of = [mean(opened[:, -7 * weeks :][:, weekday[-7 * weeks :] == day]) for day in range(7)]
        found[f"weekdays_{weeks}"] = np.stack(of, axis=1) / level[:, None]
    return found


def quantiles_of(values: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """[series, levels] of [series, days], linear between days as numpy's; NaN days do not count, and of none it is NaN."""
    if values.shape[1] == 0:
        return np.full((len(values), len(levels)), np.nan)
    ordered = np.sort(values, axis=1)
    last = np.isfinite(values).sum(axis=1)[:, None] - 1
    at = np.maximum(last, 0) * levels
    low = np.floor(at).astype(int)
    below = np.take_along_axis(ordered, low, axis=1)
    above = np.take_along_axis(ordered, np.minimum(low + 1, np.maximum(last, 0)), axis=1)
    return below + (above - below) * (at - low)


def median(values: np.ndarray) -> np.ndarray:
    return quantiles_of(values, np.array([0.5]))[:, 0]


def fill(values: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(values), values, otherwise)


def smoothed(by_open: np.ndarray, level: np.ndarray) -> dict[str, np.ndarray]:
    """Exponentially weighted means of open days."""
    newest_first = by_open[:, ::-1]
    known = np.isfinite(newest_first)
    found = {}
    for decay in DECAYS:
        weights = (1 - decay) ** np.arange(newest_first.shape[1])
        found[f"smooth_{decay}"] = np.nan_to_num(newest_first) @ weights / np.maximum(known @ weights, 1e-9) / level
    return found


def longest_pause(by_open: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The longest run of open days without a sale, and the open days since it ended."""
    idle = np.nan_to_num(by_open) == 0
    run = longest = np.zeros(len(by_open))
    end = np.full(len(by_open), idle.shape[1])
    for day in range(idle.shape[1]):
        run = np.where(idle[:, day], run + 1, 0)
        is_longer = run > longest
        longest, end = np.where(is_longer, run, longest), np.where(is_longer, day, end)
    return longest, idle.shape[1] - 1 - end


def price_features(panel: Panel, origin: int) -> dict[str, np.ndarray]:
    found = {}
    if panel.price is not None:
        before = panel.price[:, max(0, origin - 28) : origin]
        found["price_before"] = mean(before)
        found["price_year"] = np.log(found["price_before"] / mean(panel.price[:, max(0, origin - YEAR) : origin]))
    if panel.promo is not None:
        promo = panel.promo[:, :origin]
        found["promo_28"] = promo[:, -28:].mean(axis=1)
        quantity = panel.quantity[:, :origin]
        plain = mean(np.where(promo, np.nan, quantity))
        # With few promotions of its own a series is as others are.
        lift = mean(np.where(promo, quantity, np.nan)) / (plain + LEAST_LEVEL)
        count = promo.sum(axis=1)
        pooled = np.nanmedian(lift) if np.isfinite(lift).any() else 1.0
        found["promo_lift"] = (np.nan_to_num(lift) * count + 10 * pooled) / (count + 10)
    return found


def season_features(opened: np.ndarray, origin: int, horizon: int) -> dict[str, np.ndarray]:
    """How the same weeks of last year stood to the weeks before them."""
    last_year = origin - YEAR
    if last_year < 28:
        unknown = np.full(len(opened), np.nan)
        return {"season_shop": unknown, "season": unknown}
    coming = opened[:, last_year : last_year + max(horizon, 7)]
    before = opened[:, last_year - 28 : last_year]
    shop = np.nansum(coming) / max(np.isfinite(coming).any(axis=0).sum(), 1)
    shop_before = np.nansum(before) / max(np.isfinite(before).any(axis=0).sum(), 1)
    prior = 0.5
    return {
        "season_shop": np.full(len(opened), np.log((shop + prior) / (shop_before + prior))),
        "season": np.log((fill(mean(coming), mean(before)) + prior) / (mean(before) + prior)),
    }
