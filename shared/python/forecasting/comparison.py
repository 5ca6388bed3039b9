"""Whether a new forecaster is better than the one that serves, on days that neither has seen."""

from collections.abc import Iterator

import numpy as np

from .backtest import SERVED, kinds, measure
from .features import Observer
from .forecaster import Forecast, Trained, train
from .measures import Measures
from .panel import DAY, Panel
from .serving import number
from .stored import from_stored

#: With fewer days there is nothing to compare.
LEAST_DAYS = 7
#: Of each earlier moment, the days that are kept as what was said of them: until the next one.
SAID_DAYS = 7


def compare(observer: Observer, origin: int, champion: dict | None) -> dict:
    """
    The last days of the horizon, forecast from the same moment: by the champion, which was trained before it, and by what this code
    trains from the days before it. @returns {"from", "comparedDays", "models": {name: measures}, "segments", "champion", "wins", "because"};
    `wins` is null where nothing can be compared.
    """
    panel = observer.panel
    at = origin - observer.horizon
    if champion:
        at = max(at, panel.day_of(np.datetime64(champion["origin"], "D")))
    if origin - at < LEAST_DAYS or at < 1:
        return {"wins": None, "because": f"there are no {LEAST_DAYS} days that both have not seen"}
    days = origin - at
    candidate = train(observer, at)
    forecast = candidate.forecast(days)
    found = {
        "from": str(panel.start + at * DAY),
        "comparedDays": days,
        "models": {SERVED: measured(panel, forecast), **{name: measured(panel, forecast, name) for name in forecast.by_model}},
        "segments": {name: measured(panel, forecast, only=flags) for name, flags in kinds(candidate.moment).items()},
    }
    if champion is None:
        return {**found, "champion": None, "wins": True, "because": "no other model serves"}
    try:
        other = from_stored(champion, panel.series).forecast(candidate.moment, days)
    except Exception as error:
        # Whatever is wrong with it, it cannot serve.
        return {**found, "champion": None, "wins": True, "because": f"the champion cannot forecast any more ({type(error).__name__}: {error})"}
    return {**found, "champion": measured(panel, other), **decide(found["models"][SERVED], measured(panel, other))}


def decide(own: dict, other: dict) -> dict:
    """By the error of each day in units of a product's scale. An equal one wins: it will have learnt from more days."""
    if own["rmsse"] is None or other["rmsse"] is None:
        return {"wins": None, "because": "nothing was sold in the days that are compared"}
    wins = own["rmsse"] <= other["rmsse"]
    return {"wins": wins, "because": f"RMSSE {own['rmsse']} {'is not more than' if wins else 'is more than'} the champion's {other['rmsse']}"}


def measured(panel: Panel, forecast: Forecast, name: str | None = None, only=None) -> dict:
    """Of what is served, or of one model's forecast."""
    measures = Measures()
    mean, band = (forecast.mean, forecast.band) if name is None else (forecast.by_model[name], None)
    measure(panel, forecast.origin, mean, band, measures, only=only)
    return measures.report()


def measure_tested(trained: Trained) -> dict:
    """Of the earlier moments by which models were chosen and the band was set."""
    measures = Measures()
    for moment, mean, came in trained.tested:
        band = trained.forecaster.calibration.band(moment, mean)
        measures.add(came, mean, band, np.nansum(came, axis=0) > 0, moment.panel.quantity[:, : moment.origin])
    return measures.report()


def past_rows(panel: Panel, trained: Trained, horizon: int) -> Iterator[dict]:
    """The first days of each earlier moment, as they would have been forecast at it, of series that had begun."""
    said = [(moment, mean) for moment, mean, _ in trained.tested] + trained.recent(horizon)
    for moment, mean in said:
        band = trained.forecaster.calibration.band(moment, mean)
        days = min(SAID_DAYS, mean.shape[1], trained.moment.origin - moment.origin)
        dates = [str(panel.start + (moment.origin + ahead) * DAY) for ahead in range(days)]
        for series in np.flatnonzero(np.isfinite(panel.quantity[:, : moment.origin]).any(axis=1)):
            for ahead in range(days):
                yield {
                    "product_id": panel.series[series],
                    "date": dates[ahead],
                    "origin": dates[0],
                    "mean": number(mean[series, ahead]),
                    "p10": number(band[series, ahead, 0]),
                    "p90": number(band[series, ahead, 2]),
                }
