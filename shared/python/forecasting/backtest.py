"""Forecasts from earlier days, beside what came: which figures a forecast's users may expect."""

import time
from collections import Counter

import numpy as np
import pyarrow as pa

from tabular import DataError

from .features import Moment, Observer
from .forecaster import Forecast, train
from .measures import Measures
from .panel import DAY, Panel

SERVED = "served"
#: Mean days between sales, and squared variation of their sizes, that part the kinds (Syntetos, Boylan and Croston, 2005).
INTERVAL, VARIATION = 1.32, 0.49


def run(panel: Panel, origins: list[np.datetime64], horizon: int, tell=lambda **_: None) -> tuple[pa.Table, dict]:
    """
    Trains at each origin, the first day that is forecast, on the days before it, and forecasts `horizon` days.
    @returns rows of forecasts, and a report
    @throws DataError where an origin is outside the panel
    """
    check_origins(panel, origins, horizon)
    tables, per_origin, served_by = [], [], Counter()
    overall: dict[str, Measures] = {}
    segments: dict[str, Measures] = {}
    started_at = time.perf_counter()
    observer = Observer(panel, horizon)
    for number, date in enumerate(origins):
        tell(done=number, total=len(origins), origin=str(date))
        origin_at = time.perf_counter()
        origin = panel.day_of(date)
        trained = train(observer, origin)
        forecast = trained.forecast(horizon)
        seconds = time.perf_counter() - origin_at
        tables.append(to_table(panel, forecast))
        served_by.update(forecast.model[forecast.started])
        own = Measures()
        measure(panel, origin, forecast.mean, forecast.band, own, overall.setdefault(SERVED, Measures()))
        for name, mean in forecast.by_model.items():
            measure(panel, origin, mean, None, overall.setdefault(name, Measures()))
        for name, of_segment in kinds(trained.moment).items():
            measure(panel, origin, forecast.mean, forecast.band, segments.setdefault(name, Measures()), only=of_segment)
        per_origin.append({"origin": str(date), "seconds": round(seconds, 2), **own.report()})
    tell(done=len(origins), total=len(origins))
    return pa.concat_tables(tables), {
        "series": len(panel.series),
        "from": str(panel.start),
        "to": str(panel.dates[-1]),
        "horizonDays": horizon,
        "seconds": round(time.perf_counter() - started_at, 2),
        "models": {name: measures.report() for name, measures in overall.items()},
        "servedBy": dict(served_by.most_common()),
        "segments": {name: measures.report() for name, measures in sorted(segments.items())},
        "origins": per_origin,
    }


def check_origins(panel: Panel, origins: list[np.datetime64], horizon: int) -> None:
    """@throws DataError"""
    if not origins:
        raise DataError("no origin is named")
    if not 1 <= horizon <= 366:
        raise DataError(f"horizon {horizon} is not between 1 and 366 days")
    for date in origins:
        if not panel.start < date <= panel.dates[-1]:
            raise DataError(f"origin {date} is outside the panel, which goes from {panel.start} to {panel.dates[-1]}; the first day has none before it")


def measure(panel: Panel, origin: int, mean, band, *into: Measures, only=None) -> None:
    """Of days that the panel has; censored days say nothing about demand, and are left out."""
    horizon = mean.shape[1]
    came = panel.quantity[:, origin : origin + horizon]
    days = came.shape[1]
    if panel.censored is not None:
        came = np.where(panel.censored[:, origin : origin + days], np.nan, came)
    started = np.isfinite(panel.quantity[:, :origin]).any(axis=1)
    of = np.flatnonzero(started if only is None else started & only)
    is_open = np.nansum(came, axis=0) > 0
    if panel.closed is not None:
        is_open = ~panel.closed[origin : origin + days]
    history = panel.quantity[of, :origin]
    for measures in into:
        measures.add(came[of], mean[of, :days], None if band is None else band[of, :days], is_open, history)


def kinds(moment: Moment) -> dict[str, np.ndarray]:
    """[series] flags by kind of demand before the moment, and by category."""
    quantity = moment.panel.quantity[:, : moment.origin][:, ~moment.closed[: moment.origin]]
    sells = quantity > 0
    sales = np.maximum(sells.sum(axis=1), 1)
    interval = np.isfinite(quantity).sum(axis=1) / sales
    mean = np.nansum(quantity, axis=1) / sales
    variation = np.nansum(np.where(sells, quantity - mean[:, None], 0) ** 2, axis=1) / sales / np.maximum(mean, 1e-9) ** 2
    often, steady = interval <= INTERVAL, variation <= VARIATION
    young = np.isfinite(quantity).sum(axis=1) < 56
    found = {
        "young": young,
        "smooth": often & steady & ~young,
        "erratic": often & ~steady & ~young,
        "intermittent": ~often & steady & ~young,
        "lumpy": ~often & ~steady & ~young,
    }
    for number, name in enumerate(moment.panel.categories):
        found[f"category {name or '(none)'}"] = moment.panel.category == number
    return {name: flags for name, flags in found.items() if flags.any()}


def to_table(panel: Panel, forecast: Forecast) -> pa.Table:
    """A row for each series that has begun and each day; quantities with three digits."""
    of = np.flatnonzero(forecast.started)
    horizon = forecast.mean.shape[1]
    dates = panel.start + (forecast.origin + np.arange(horizon)) * DAY
    names = np.array(panel.series, dtype=object)
    column = lambda values: np.round(values[of].astype(float).ravel(), 3)
    return pa.table(
        {
            "series_id": pa.array(np.repeat(names[of], horizon), pa.string()),
            "origin": pa.array(np.repeat(dates[:1], len(of) * horizon).astype("datetime64[D]"), pa.date32()),
            "date": pa.array(np.tile(dates, len(of)).astype("datetime64[D]"), pa.date32()),
            "mean": column(forecast.mean),
            "p10": column(forecast.band[..., 0]),
            "p50": column(forecast.band[..., 1]),
            "p90": column(forecast.band[..., 2]),
            "model": pa.array(np.repeat(forecast.model[of].astype(str), horizon), pa.string()),
        }
    )
