"""Learns what each client would want, and lists it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from scipy import sparse

from . import influence as products_influence
from .blend import Blend, Sample
from .content import Catalogue, traits
from .features import Candidates, Observer, Rows
from .interactions import Interactions
from .measures import LENGTH, found_in, recalls
from .parallel import THREADS, in_turn
from .segments import SEGMENTS, TREND, Judgement, judge, segment_of
from .splits import Split, Splitter
from .trend import follow

#: Products of each client whose order is learnt, and is put right.
CANDIDATES = 100
#: Clients whose next purchases are learnt from.
MOST_LEARNT_FROM = 5000
#: Clients in memory at once, times products.
CELLS_AT_ONCE = 2_000_000
#: Purchases of which two models may be in memory at once.
MOST_TWICE = 2_000_000
NAMES_SEASON = 3
#: By how much more the season counts in lists without what was bought before: it widens them, and costs no recall.
WIDEN = 1.5
#: Trends of which the best is the one that the blend is judged by.
TREND_HALVES = (7, 28, 0)
SEED = 16

Lists = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Order:
    """
    How candidates are put in order. blend: None where there was nothing to learn it from: the season decides. judged: by segment.
    half: days after which a purchase counts for half in the trend that is served where the blend is not; 0: all count alike.
    """

    blend: Blend | None
    again: bool
    judged: dict[str, Judgement] = field(default_factory=dict)
    half: int = TREND_HALVES[0]

    def value(self, candidates: Candidates) -> np.ndarray:
        """[clients, candidates]; -inf where there is none."""
        season = np.where(candidates.product >= 0, candidates.values[..., NAMES_SEASON], -np.inf)
        if self.blend is None:
            return season
        value = self.blend.value(candidates)
        return value if self.again else value + WIDEN * season

    def best(self, candidates: Candidates, length: int) -> tuple[np.ndarray, np.ndarray]:
        """[clients, length] products, -1 where there is none, and their values."""
        value = self.value(candidates)
        row = np.arange(len(value))[:, None]
        best = np.argsort(-value, axis=1, kind="stable")[:, :length]
        return candidates.product[row, best], value[row, best]


@dataclass(frozen=True)
class Recommender:
    history: Interactions
    catalogue: Catalogue
    influence: sparse.csr_matrix
    observer: Observer
    order: Order

    def lists(self, length: int) -> Iterator[Lists]:
        """(clients, [clients, length] products, -1 where there is none, [clients, length] values), some clients at a time."""
        return in_turn(partial(self.list_for, length=length), self.parts(np.arange(self.history.shape[0])))

    def list_for(self, clients: np.ndarray, length: int) -> Lists:
        candidates = self.observer.observe(clients, max(CANDIDATES, length), self.order.again)
        product, value = self.order.best(candidates, length)
        names = np.array(list(SEGMENTS))[segment_of(self.observer.baskets[clients])]
        by_trend = np.isin(names, [name for name, one in self.order.judged.items() if one.served == TREND])
        if by_trend.any():
            product[by_trend], value[by_trend] = self.trend_for(clients[by_trend], product.shape[1], self.order.half)
        return clients, product, value

    def trend_for(self, clients: np.ndarray, length: int, half: int) -> tuple[np.ndarray, np.ndarray]:
        """What is bought most lately, by everybody. [clients, length] products, -1 where there is none, and their values."""
        trend, moment = self.observer.trend, self.observer.moment[clients]
        counts = trend.recent[half] if half else trend.total
        if self.order.again:
            moments, at = np.unique(moment, return_inverse=True)
            product, value = best_of(np.log1p(counts[moments]), length)
            return product[at], value[at]
        found = []
        for part in self.parts(np.arange(len(clients))):
            value = np.log1p(counts)[moment[part]]
            own = Rows(self.observer.times, clients[part])
            value[own.row, own.product] = -np.inf
            found.append(best_of(value, length))
        return tuple(np.concatenate(both) for both in zip(*found, strict=True))

    def parts(self, clients: np.ndarray) -> list[np.ndarray]:
        return parts_of(clients, self.history.shape[1])


def best_of(value: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray]:
    """[rows, length] of the greatest of each row, -1 where there is none, and their values."""
    count = min(length, value.shape[1])
    product = np.argpartition(-value, count - 1, axis=1)[:, :count]
    row = np.arange(len(value))[:, None]
    product = product[row, np.lexsort((product, -value[row, product]))]
    value = value[row, product]
    return np.where(np.isfinite(value), product, -1), value


def parts_of(clients: np.ndarray, products: int) -> list[np.ndarray]:
    at_once = max(CELLS_AT_ONCE // max(products, 1), 1)
    return [clients[at : at + at_once] for at in range(0, len(clients), at_once)]


def train(history: Interactions, catalogue: Catalogue, days: np.ndarray, again: bool, splitter: Splitter) -> Recommender:
    """
    Learns the order from the history parted a step earlier, and what goes together from all of it.
    @param days [clients] on which each client's list is made
    @param catalogue products, of which those of the history come first, in its order (Catalogue.of)
    """
    learnt = lambda: learn_order(splitter(history), catalogue)
    found = lambda: prepare(history, catalogue, days)
    order, prepared = in_turn(lambda work: work(), [learnt, found], THREADS if len(history.client) <= MOST_TWICE else 1)
    return Recommender(*prepared, order)


def prepare(history: Interactions, catalogue: Catalogue, days: np.ndarray) -> tuple[Interactions, Catalogue, sparse.csr_matrix, Observer]:
    own = catalogue.of(history.products)
    whole = history.with_products(own.ids)
    influence = products_influence.fit(whole.interest(), traits(own))
    return whole, own, influence, Observer(whole, influence, follow(whole, days), days, own.price)


def learn_order(split: Split, catalogue: Catalogue) -> Order:
    """
    Half of the clients judge what was learnt from the other half, and the other way round: where the blend would have found less than
    the trend, the trend is served. What is served is learnt from both.
    """
    buyers = np.flatnonzero(split.bought.getnnz(axis=1) > 0)
    if len(buyers) == 0:
        return Order(None, split.again)
    generator = np.random.default_rng(SEED)
    if len(buyers) > MOST_LEARNT_FROM:
        buyers = np.sort(generator.choice(buyers, MOST_LEARNT_FROM, replace=False))
    recommender = Recommender(*prepare(split.known, catalogue.only(split.known.products), split.days), Order(None, split.again))
    found = [recommender.observer.observe(clients, CANDIDATES, split.again) for clients in recommender.parts(buyers)]
    candidates = Candidates(np.concatenate([one.product for one in found]), np.concatenate([one.values for one in found]))
    bought = split.bought[buyers]
    hits = found_in(bought, candidates.product)
    if not hits.any():
        return Order(None, split.again)
    by_trend = {half: recalls(recommender.trend_for(buyers, LENGTH, half)[0], bought) for half in TREND_HALVES}
    half = max(TREND_HALVES, key=lambda one: by_trend[one].mean())
    sample = Sample(candidates, hits)
    by_blend = judge_blend(sample, candidates, bought, split.again, generator.permutation(len(buyers)) % 2)
    judged = judge(segment_of(recommender.observer.baskets[buyers]), by_blend, by_trend[half])
    return Order(sample.learn(np.ones(len(buyers), bool)), split.again, judged, half)


def judge_blend(sample: Sample, candidates: Candidates, bought: sparse.csr_matrix, again: bool, halves: np.ndarray) -> np.ndarray:
    """[clients]: recall of lists by what was learnt from the other half of the clients. @param halves [clients] 0 or 1"""
    found = np.zeros(len(halves))
    for half in (0, 1):
        judging = np.flatnonzero(halves == half)
        order = Order(sample.learn(halves != half), again)
        found[judging] = recalls(order.best(candidates.of(judging), LENGTH)[0], bought[judging])
    return found
