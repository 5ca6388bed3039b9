"""Trains the recommender that serves, and measures it on the last days, which it had not seen."""

import time
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from .blend import Blend
from .content import Catalogue
from .interactions import Interactions
from .recommender import Recommender, learn_blend, prepare
from .splits import Split, by_days

#: What clients bought in so many days after it is what a list is for.
WINDOW_DAYS = 28
LENGTH = 20


@dataclass(frozen=True)
class Trained:
    recommender: Recommender
    metrics: dict


def train(history: Interactions, catalogue: Catalogue, champion: Blend | None) -> Trained:
    """@param champion the weights that serve now, to be compared with on the same days"""
    started_at = time.perf_counter()
    splitter = by_days(WINDOW_DAYS, again=True)
    days = np.full(history.shape[0], history.end)
    if history.day.min() >= history.end - WINDOW_DAYS:
        recommender = prepare(history, catalogue, days, True, None)
        return Trained(recommender, {"wins": None, "because": "there are too few days to learn from: the season decides", "models": {}})
    split = splitter(history)
    earlier = split.known.day.min() < split.known.end - WINDOW_DAYS
    tested = prepare(split.known, catalogue, split.days, True, learn_blend(splitter(split.known), catalogue) if earlier else None)
    models = {"served": measure(tested, split), "trend": measure_trend(tested, split)}
    if champion is not None:
        models["champion"] = measure(prepare(split.known, catalogue, split.days, True, champion), split)
    recommender = prepare(history, catalogue, days, True, learn_blend(split, catalogue))
    metrics = {**compare(models), "models": models, "champion": models.get("champion")}
    metrics["trainingSeconds"] = round(time.perf_counter() - started_at, 2)
    return Trained(recommender, metrics)


def compare(models: dict) -> dict:
    served, others = models["served"]["recall20"], {name: measures["recall20"] for name, measures in models.items() if name != "served"}
    if served is None:
        return {"wins": None, "because": "nobody bought anything in the last days: there is nothing to compare by"}
    lost = [name for name, recall in others.items() if recall is not None and served < recall]
    said = ", ".join(f"{name} {recall:.3f}" for name, recall in others.items() if recall is not None)
    return {"wins": not lost, "because": f"recall of 20 on the last {WINDOW_DAYS} days is {served:.3f}; {said}"}


def measure(recommender: Recommender, split: Split) -> dict:
    return measured(split.bought, ((clients, products) for clients, products, _ in recommender.lists(LENGTH)))


def measure_trend(recommender: Recommender, split: Split) -> dict:
    trend = recommender.observer.trend
    best = np.argsort(-trend.recent[28][-1], kind="stable")[:LENGTH]
    clients = np.arange(split.bought.shape[0])
    return measured(split.bought, [(clients, np.broadcast_to(best, (len(clients), len(best))))])


def measured(bought: sparse.csr_matrix, lists) -> dict:
    """Mean recall over clients who bought something next, and the part of products that are in any list."""
    counts = bought.getnnz(axis=1)
    recalls, listed = [], np.zeros(0, int)
    for clients, products in lists:
        own = bought[clients].toarray()
        known = (products >= 0) & (products < own.shape[1])
        hits = (own[np.arange(len(clients))[:, None], np.where(known, products, 0)] * known).sum(axis=1)
        has = counts[clients] > 0
        recalls.append(hits[has] / counts[clients][has])
        listed = np.union1d(listed, products[known])
    recall = np.concatenate(recalls) if recalls else np.zeros(0)
    return {
        "recall20": round(float(recall.mean()), 4) if len(recall) else None,
        "coverage": round(len(listed) / max(bought.shape[1], 1), 4),
    }
