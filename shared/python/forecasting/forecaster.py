"""A forecast of all series: which model serves each, and how far it may be wrong."""

from dataclasses import dataclass

import numpy as np

from . import boosted
from .baselines import BASELINES
from .censoring import uncensored
from .features import Moment, Observer
from .measures import mean_square_change
from .quantiles import Calibration, calibrate

#: Earlier moments that models are compared at: over so many horizons, a quarter of one apart.
WINDOWS = 3
#: Of a shortfall that was seen, so much is expected again; a larger one is no rule.
LASTING, MOST_VOLUME = 1 / 3, 0.3
#: Rows for the model that is compared: it needs not be as good as the one that serves.
TESTED_ROWS = 60_000
#: A series with fewer days before a moment is not judged at it.
LEAST_HISTORY = 28
BOOSTED = "boosted"
NAIVE = "naive_7"
SHARES = np.arange(1, 11) / 10


@dataclass(frozen=True)
class Forecast:
    """
    mean [series, horizon] units a day; band [series, horizon, 3] p10, p50, p90; model [series] names; started [series]. by_model: what
    each model says, [series, horizon].
    """

    origin: int
    mean: np.ndarray
    band: np.ndarray
    model: np.ndarray
    started: np.ndarray
    by_model: dict[str, np.ndarray]


@dataclass(frozen=True)
class Choice:
    """Which models serve each series: `other` with this share, between 0 and 1, and the trees with the rest. [series] each."""

    other: np.ndarray
    share: np.ndarray

    def serve(self, by_model: dict[str, np.ndarray]) -> np.ndarray:
        """[series, days] of what each model says."""
        other = np.empty_like(by_model[BOOSTED])
        for name in np.unique(self.other.astype(str)):
            other[self.other == name] = by_model[name][self.other == name]
        share = self.share[:, None]
        return (1 - share) * by_model[BOOSTED] + share * other

    @property
    def names(self) -> np.ndarray:
        mixed = [f"{BOOSTED}+{name}" for name in self.other]
        return np.where(self.share == 0, BOOSTED, np.where(self.share == 1, self.other, mixed))


@dataclass(frozen=True)
class Forecaster:
    """model: trees, or None where there is too little to learn from. volume: share by which the total of all series is raised."""

    model: boosted.Boosted | None
    choice: Choice
    volume: float
    calibration: Calibration

    def forecast(self, moment: Moment, horizon: int) -> Forecast:
        by_model = candidates(self.model, moment, horizon)
        mean = with_volume(self.choice.serve(by_model), moment, self.volume)
        band = self.calibration.band(moment, mean)
        started = np.isfinite(moment.panel.quantity[:, : moment.origin]).any(axis=1)
        return Forecast(moment.origin, mean, band, self.choice.names, started, by_model)


def candidates(model: boosted.Boosted | None, moment: Moment, horizon: int) -> dict[str, np.ndarray]:
    """Without trees the first baseline stands in for them."""
    found = {name: baseline(moment, horizon) for name, baseline in BASELINES.items()}
    trees = next(iter(found.values())) if model is None else model.predict(moment, horizon)
    return {BOOSTED: trees, **found}


@dataclass(frozen=True)
class Trained:
    """
    moment: of the origin, for a forecast from it. tested: earlier moments, each with what was served at it and what came, by
    tested_model, which knew none of them.
    """

    forecaster: Forecaster
    moment: Moment
    tested: list[tuple[Moment, np.ndarray, np.ndarray]]
    tested_model: boosted.Boosted | None

    def forecast(self, horizon: int) -> Forecast:
        return self.forecaster.forecast(self.moment, horizon)

    def recent(self, horizon: int) -> list[tuple[Moment, np.ndarray]]:
        """Moments after those of the test, whose horizons are not over at the origin, with what would have been served at them."""
        if not self.tested:
            return []
        observer, step = Observer(self.moment.panel, horizon), step_of(horizon)
        moments = [observer.at(at) for at in range(self.tested[-1][0].origin + step, self.moment.origin, step)]
        serve = lambda moment: self.forecaster.choice.serve(candidates(self.tested_model, moment, horizon))
        return [(moment, with_volume(serve(moment), moment, self.forecaster.volume)) for moment in moments]


def train(observer: Observer, origin: int) -> Trained:
    """From days before `origin` only."""
    panel = uncensored(observer.panel, origin)
    if panel is not observer.panel:
        observer = Observer(panel, observer.horizon)
    tested, tested_model = backtest(observer, origin)
    choice = choose(len(panel.series), tested)
    model = boosted.train(observer, origin)
    if model is None:
        choice = Choice(np.where(choice.share == 0, next(iter(BASELINES)), choice.other), np.ones(len(panel.series)))
    served = [(moment, choice.serve(by_model), came) for moment, by_model, came in tested]
    volume = find_volume(served)
    served = [(moment, with_volume(mean, moment, volume), came) for moment, mean, came in served]
    return Trained(Forecaster(model, choice, volume, calibrate(served)), observer.at(origin), served, tested_model)


def find_volume(served: list) -> float:
    """
    The share by which the total fell short at the earlier moments, as far as it is likely to last. Who forecasts what is usual for each
    series misses the rare large orders in the sum of all.
    """
    came = sum(np.nansum(came) for _, _, came in served)
    said = sum(np.nansum(np.where(np.isfinite(came), mean, 0)) for _, mean, came in served)
    return LASTING * float(np.clip(came / said - 1, -MOST_VOLUME, MOST_VOLUME)) if said > 0 else 0.0


def with_volume(mean: np.ndarray, moment: Moment, volume: float) -> np.ndarray:
    """
    The total raised by a share. Each series bears it in proportion to how far its sales vary, as forecasts are reconciled with their
    total (Hyndman, Athanasopoulos and others, 2016), and to no more than twice its own.
    """
    deviation = deviation_of(moment)
    own = mean.sum(axis=1)
    if volume == 0 or not (deviation * own).any():
        return mean
    raised = volume * own.sum() * deviation / deviation.sum()
    return mean * (1 + np.clip(raised / np.maximum(own, 1e-9), -0.5, 1))[:, None]


def deviation_of(moment: Moment) -> np.ndarray:
    """[series] units: how far sales vary from day to day."""
    return np.sqrt(np.nan_to_num(mean_square_change(moment.panel.quantity[:, : moment.origin])))


def step_of(horizon: int) -> int:
    """Days between the moments of a test."""
    return max(1, horizon // 4)


def backtest(observer: Observer, origin: int) -> tuple[list[tuple[Moment, dict[str, np.ndarray], np.ndarray]], boosted.Boosted | None]:
    """
    Forecasts from earlier moments by a model that was trained before the first of them, each with what came: [series, days], NaN where
    a series had no history yet; and that model.
    """
    panel, horizon = observer.panel, observer.horizon
    first = next((origin - count * horizon for count in range(WINDOWS, 0, -1) if origin - count * horizon > boosted.LEAST_DAYS + horizon), None)
    if first is None:
        return [], None
    model = boosted.train(observer, first, TESTED_ROWS)
    tested = []
    for at in range(first, origin - horizon + 1, step_of(horizon)):
        moment = observer.at(at)
        days = np.isfinite(panel.quantity[:, :at]).sum(axis=1)
        came = np.where((days >= LEAST_HISTORY)[:, None], panel.quantity[:, at : at + horizon], np.nan)
        tested.append((moment, candidates(model, moment, horizon), came))
    return tested, model


def choose(series: int, tested: list) -> Choice:
    """
    The trees serve. Where the last week's repetition was better at the earlier moments, another model joins with as small a share as
    makes the mixture as good: a few weeks are too little to trust that one alone. It is one of the smoother ones, if one of them can.
    """
    other, share = np.full(series, NAIVE, dtype=object), np.zeros(series)
    if not tested:
        return Choice(other, share)
    came = np.stack([came for _, _, came in tested])
    errors = {name: np.stack([by_model[name] for _, by_model, _ in tested]) - came for name in (BOOSTED, *BASELINES)}
    limit = typical_error(errors[NAIVE])
    undecided = typical_error(errors[BOOSTED]) > limit
    for names in ([name for name in BASELINES if name != NAIVE], [NAIVE]):
        for weight in SHARES:
            for name in names:
                mixed = typical_error((1 - weight) * errors[BOOSTED] + weight * errors[name])
                decided = undecided & (mixed <= limit)
                other[decided], share[decided] = name, weight
                undecided &= ~decided
    return Choice(other, share)


def typical_error(errors: np.ndarray) -> np.ndarray:
    """Of [moments, series, days]: [series], the root of the mean square at each moment, averaged; 0 where nothing is known."""
    known = np.isfinite(errors).sum(axis=2)
    roots = np.sqrt(np.nansum(errors**2, axis=2) / np.maximum(known, 1))
    return roots.sum(axis=0) / np.maximum((known > 0).sum(axis=0), 1)
