"""Learns what each client would want, and lists it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from . import influence as products_influence
from .blend import Blend, learn
from .content import Catalogue, traits
from .features import Candidates, Observer
from .interactions import Interactions
from .splits import Split, Splitter
from .trend import follow

#: Products of each client whose order is learnt, and is put right.
CANDIDATES = 100
#: Clients whose next purchases are learnt from.
MOST_LEARNT_FROM = 5000
#: Clients in memory at once, times products.
CELLS_AT_ONCE = 2_000_000
NAMES_SEASON = 3
#: By how much more the season counts in lists without what was bought before: it widens them, and costs no recall.
WIDEN = 1.5
SEED = 16


@dataclass(frozen=True)
class Recommender:
    """blend: None where there was nothing to learn it from: the season decides."""

    history: Interactions
    catalogue: Catalogue
    influence: sparse.csr_matrix
    observer: Observer
    blend: Blend | None
    again: bool

    def lists(self, length: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """(clients, [clients, length] products, -1 where there is none, [clients, length] values), some clients at a time."""
        for clients in self.parts(np.arange(self.history.shape[0])):
            candidates = self.observer.observe(clients, max(CANDIDATES, length), self.again)
            value = self.value(candidates)
            row = np.arange(len(clients))[:, None]
            best = np.argsort(-value, axis=1, kind="stable")[:, :length]
            yield clients, candidates.product[row, best], value[row, best]

    def value(self, candidates: Candidates) -> np.ndarray:
        season = np.where(candidates.product >= 0, candidates.values[..., NAMES_SEASON], -np.inf)
        if self.blend is None:
            return season
        value = self.blend.value(candidates)
        return value if self.again else value + np.where(candidates.product >= 0, WIDEN * candidates.values[..., NAMES_SEASON], 0)

    def parts(self, clients: np.ndarray) -> list[np.ndarray]:
        at_once = max(CELLS_AT_ONCE // max(self.history.shape[1], 1), 1)
        return [clients[at : at + at_once] for at in range(0, len(clients), at_once)]


def train(history: Interactions, catalogue: Catalogue, days: np.ndarray, again: bool, splitter: Splitter) -> Recommender:
    """
    Learns the order from the history parted a step earlier, and what goes together from all of it.
    @param days [clients] on which each client's list is made
    @param catalogue products, of which those of the history come first, in its order (Catalogue.of)
    """
    return prepare(history, catalogue, days, again, learn_blend(splitter(history), catalogue))


def prepare(history: Interactions, catalogue: Catalogue, days: np.ndarray, again: bool, blend: Blend | None) -> Recommender:
    own = catalogue.of(history.products)
    whole = history.with_products(own.ids)
    influence = products_influence.fit(whole.interest(), traits(own))
    observer = Observer(whole, influence, follow(whole, days), days, own.price)
    return Recommender(whole, own, influence, observer, blend, again)


def learn_blend(split: Split, catalogue: Catalogue) -> Blend | None:
    """None where nobody bought anything next."""
    buyers = np.flatnonzero(split.bought.getnnz(axis=1) > 0)
    if len(buyers) == 0:
        return None
    if len(buyers) > MOST_LEARNT_FROM:
        buyers = np.sort(np.random.default_rng(SEED).choice(buyers, MOST_LEARNT_FROM, replace=False))
    recommender = prepare(split.known, catalogue, split.days, split.again, None)
    found = [recommender.observer.observe(clients, CANDIDATES, split.again) for clients in recommender.parts(buyers)]
    candidates = Candidates(np.concatenate([one.product for one in found]), np.concatenate([one.values for one in found]))
    products = split.bought.shape[1]
    row = np.arange(len(buyers))[:, None]
    known = (candidates.product >= 0) & (candidates.product < products)
    bought = split.bought[buyers].toarray()[row, np.where(known, candidates.product, 0)] * known
    return learn(candidates, bought) if bought.any() else None
