"""Trains the recommender that serves, and measures it on the last days, which it had not seen."""

import time
from dataclasses import asdict, dataclass, replace

import numpy as np

from .content import Catalogue
from .interactions import Interactions
from .measures import LENGTH, coverage, measure
from .recommender import Order, Recommender, learn_order, prepare
from .splits import Split, by_days

#: What clients bought in so many days after it is what a list is for.
WINDOW_DAYS = 28
#: MLflow takes no "@" in a name.
RECALL = f"recall{LENGTH}"


@dataclass(frozen=True)
class Trained:
    recommender: Recommender
    metrics: dict


def train(history: Interactions, catalogue: Catalogue, champion: Order | None) -> Trained:
    """@param champion what serves now, to be compared with on the same days"""
    started_at = time.perf_counter()
    splitter = by_days(WINDOW_DAYS, again=True)
    days = np.full(history.shape[0], history.end)
    if not spans(history):
        recommender = Recommender(*prepare(history, catalogue, days), Order(None, True))
        return Trained(recommender, {"wins": None, "because": "there are too few days to learn from: the season decides", "models": {}})
    split = splitter(history)
    before = learn_order(splitter(split.known), catalogue) if spans(split.known) else Order(None, True)
    tested = Recommender(*prepare(split.known, catalogue.only(split.known.products), split.days), before)
    models = measure_models(tested, split, champion)
    recommender = Recommender(*prepare(history, catalogue, days), learn_order(split, catalogue))
    metrics = {
        **compare(models),
        "models": {name: measures for name, measures in models.items() if name != "champion"},
        "champion": models.get("champion"),
        "segments": {name: asdict(judged) for name, judged in recommender.order.judged.items()},
        "trainingSeconds": round(time.perf_counter() - started_at, 2),
    }
    return Trained(recommender, metrics)


def spans(history: Interactions) -> bool:
    """Whether there is anything before the last days."""
    return history.day.min() < history.end - WINDOW_DAYS


def measure_models(tested: Recommender, split: Split, champion: Order | None) -> dict[str, dict]:
    """What would have been served, the trend, and what serves now, on the days that none of them had seen."""
    everybody = np.arange(split.known.shape[0])
    trend = np.concatenate([tested.trend_for(part, LENGTH, tested.order.half)[0] for part in tested.parts(everybody)])
    lists = {"served": lists_of(tested), "trend": trend}
    if champion is not None:
        lists["champion"] = lists_of(replace(tested, order=champion))
    products = split.known.shape[1]
    measured = {name: {**measure(own, split.bought), "coverage": coverage(own, products)} for name, own in lists.items()}
    return {name: {measure.replace("@", ""): value for measure, value in own.items()} for name, own in measured.items()}


def lists_of(recommender: Recommender) -> np.ndarray:
    return np.concatenate([products for _, products, _ in recommender.lists(LENGTH)])


def compare(models: dict[str, dict]) -> dict:
    served, others = models["served"][RECALL], {name: measures[RECALL] for name, measures in models.items() if name != "served"}
    if served is None:
        return {"wins": None, "because": "nobody bought anything in the last days: there is nothing to compare by"}
    said = ", ".join(f"{name} {recall:.3f}" for name, recall in others.items())
    wins = all(served >= recall for recall in others.values())
    return {"wins": wins, "because": f"recall of {LENGTH} on the last {WINDOW_DAYS} days is {served:.3f}; {said}"}
