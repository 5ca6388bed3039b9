"""
One model of gradient-boosted trees for all series and days ahead (LightGBM). It learns by what factor demand differs from a series' own
level and weekday, from rows of earlier moments.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import lightgbm
import numpy as np

from .features import Moment, Observer
from .measures import mean_square_change
from .panel import Panel

#: Moments that rows are taken of: so many days apart, so that each day ahead is each weekday in turn.
STEP = 8
MOST_MOMENTS = 60
#: With fewer days before it a moment says little.
LEAST_DAYS = 28
MOST_ROWS = 100_000
LEAST_ROWS = 400

ROUNDS = {"ratio": 40, "tweedie": 50}
COMMON = {
    "learning_rate": 0.09,
    "num_leaves": 31,
    "min_data_in_leaf": 400,
    "max_bin": 63,
    "bin_construct_sample_cnt": 20_000,
    "feature_fraction": 0.8,
    "bagging_fraction": 0.5,
    "bagging_freq": 1,
    "verbose": -1,
    "deterministic": True,
    "force_col_wise": True,
    "num_threads": 1,
    "seed": 1,
}


@dataclass(frozen=True)
class Rows:
    """features [rows, features]; quantity, offset, scale (of a series: mean square of its daily changes) each [rows]."""

    names: list[str]
    features: np.ndarray
    quantity: np.ndarray
    offset: np.ndarray
    scale: np.ndarray


@dataclass(frozen=True)
class Boosted:
    """Two members, whose mean is the forecast: `ratio` is quick to follow what is usual, `tweedie` to expect what is rare."""

    names: list[str]
    #: Of each feature the median of the rows that it learnt from.
    typical: np.ndarray
    ratio: lightgbm.Booster
    tweedie: lightgbm.Booster

    def predict(self, moment: Moment, horizon: int) -> np.ndarray:
        """[series, horizon] units a day, not negative; 0 on closed days."""
        series, ahead = pairs(len(moment.level), np.arange(horizon))
        rows, offset = moment.rows(series, ahead), moment.offset(series, ahead)
        ratio = np.maximum(1 + self.ratio.predict(rows, raw_score=True), 0)
        factor = (ratio + np.exp(self.tweedie.predict(rows, raw_score=True))) / 2
        forecast = (factor * offset).reshape(len(moment.level), horizon)
        return np.where(moment.closed[moment.origin : moment.origin + horizon], 0, forecast)


def pairs(series: int, ahead: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.repeat(np.arange(series), len(ahead)), np.tile(ahead, series)


def train(observer: Observer, origin: int, most_rows: int = MOST_ROWS) -> Boosted | None:
    """From days before `origin` only. None where there are too few."""
    rows = take_rows(observer, origin, most_rows)
    if rows is None or len(rows.quantity) < LEAST_ROWS:
        return None
    p90 = rows.features[:, rows.names.index("p90_56")] * np.exp(rows.features[:, rows.names.index("log_level")])
    usual = np.maximum(np.nan_to_num(p90), rows.offset)
    settings = {**COMMON, "min_data_in_leaf": max(20, min(COMMON["min_data_in_leaf"], len(rows.quantity) // 100))}
    # Each member on a core of its own: threads that share one member wait for each other at every split.
    with ThreadPoolExecutor(2) as pool:
        ratio = pool.submit(fit_ratio, rows, np.minimum(rows.quantity, 5 * usual + 5), settings)
        tweedie = pool.submit(fit_tweedie, rows, np.minimum(rows.quantity, 3 * usual + 5), settings)
    typical = np.median(rows.features[:: max(1, len(rows.features) // 2000)], axis=0)
    return Boosted(rows.names, typical, ratio.result(), tweedie.result())


def fit_ratio(rows: Rows, target: np.ndarray, settings: dict) -> lightgbm.Booster:
    """Squared errors in units of each series' scale, which is what RMSSE counts."""
    data = dataset(rows, target / rows.offset, np.ones(len(target)), settings)
    return lightgbm.train({**settings, "objective": "regression"}, data, ROUNDS["ratio"])


def fit_tweedie(rows: Rows, target: np.ndarray, settings: dict) -> lightgbm.Booster:
    data = dataset(rows, target, np.log(rows.offset), settings)
    return lightgbm.train({**settings, "objective": "tweedie", "tweedie_variance_power": 1.8}, data, ROUNDS["tweedie"])


def dataset(rows: Rows, label: np.ndarray, start: np.ndarray, settings: dict) -> lightgbm.Dataset:
    """Series count by their level in units of their scale: those whose level is all noise count little."""
    weight = rows.offset**2 / np.maximum(rows.scale, 1e-6)
    return lightgbm.Dataset(rows.features, label, weight=weight / weight.mean(), init_score=start, feature_name=rows.names, params=settings)


def take_rows(observer: Observer, origin: int, most_rows: int) -> Rows | None:
    """Moments before `origin` with the days that followed them, up to `origin`."""
    panel = observer.panel
    moments = [day for day in range(LEAST_DAYS + 1, origin) if day % STEP == 0][-MOST_MOMENTS:]
    if not moments:
        return None
    scale = np.nan_to_num(mean_square_change(panel.quantity[:, :origin]))
    taken, names = [], []
    for at in moments:
        moment = observer.at(at)
        names = moment.names
        ahead = np.arange(min(observer.horizon, origin - at))
        ahead = ahead[~moment_closed(panel, at, ahead)]
        started = np.flatnonzero(np.isfinite(panel.quantity[:, at - 1]))
        each = min(len(started) * len(ahead), max(1, most_rows // len(moments)))
        index = np.random.default_rng(at).permutation(len(started) * len(ahead))[:each]
        if len(index) == 0:
            continue
        series, days = started[index // len(ahead)], ahead[index % len(ahead)]
        quantity = panel.quantity[series, at + days]
        taken.append((moment.rows(series, days), quantity, moment.offset(series, days), scale[series]))
    if not taken:
        return None
    return Rows(names, *(np.concatenate(part) for part in zip(*taken)))


def moment_closed(panel: Panel, at: int, ahead: np.ndarray) -> np.ndarray:
    """Whether the days after a moment were closed, as it turned out."""
    return np.nansum(panel.quantity[:, at : at + len(ahead)], axis=0) == 0
