"""Lists from earlier days, beside what clients bought next: which figures propositions may be expected to reach, and what else does."""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from resource import RUSAGE_SELF, getrusage

import numpy as np
import pyarrow as pa
from scipy import sparse

from tabular import DataError

from .baselines import BASELINES, POPULARITY, POPULARITY_LATELY, Scores, buyers
from .content import Catalogue
from .features import count_baskets
from .interactions import Interactions
from .measures import LENGTH, coverage, measure, popularity_bias
from .parallel import in_turn
from .recommender import Order, Recommender, best_of, parts_of, train
from .segments import SEGMENTS, segment_of
from .splits import Split, Splitter, by_days, by_last_basket
from .trend import follow

SERVED = "served"
MODELS = (SERVED, *BASELINES)
#: Products that were bought for the first time in so many days before a list are new.
NEW_DAYS = 14
LAST_BASKET = "last-basket"
#: Scores have so many digits.
DIGITS = 6


@dataclass(frozen=True)
class Result:
    """lists, values: [clients, places]; -1 and -inf where there are fewer."""

    lists: np.ndarray
    values: np.ndarray
    fit_seconds: float
    list_seconds: float


def parse_split(text: str) -> Splitter:
    """@throws DataError"""
    if text == LAST_BASKET:
        return by_last_basket
    days = re.fullmatch(r"days:([1-9]\d{0,3})", text)
    if not days:
        raise DataError(f"split {text} is neither {LAST_BASKET} nor days:N with N from 1 to 9999")
    return by_days(int(days[1]), again=False)


def choose(names: list[str] | None) -> tuple[str, ...]:
    """What is served, and those of the others. @throws DataError"""
    unknown = [name for name in names or () if name not in MODELS]
    if unknown:
        raise DataError(f"there is no model {unknown[0]}; there are: {', '.join(MODELS)}")
    return MODELS if names is None else tuple(name for name in MODELS if name == SERVED or name in names)


def run(history: Interactions, catalogue: Catalogue, split_text: str, models=MODELS, tell=lambda **_: None) -> tuple[Interactions, Result, dict]:
    """
    @returns what was learnt from, the lists that would have been served, and a report
    @throws DataError where the split leaves nothing to learn from
    """
    started_at = time.perf_counter()
    splitter = parse_split(split_text)
    split = splitter(history)
    check(history, split, split_text)
    tell(done=0, total=len(models), model=SERVED)
    recommender, served = serve(split, catalogue.only(split.known.products), splitter)
    order, results, memory = recommender.order, {SERVED: served}, getrusage(RUSAGE_SELF).ru_maxrss
    del recommender
    for name in models[1:]:
        tell(done=len(results), total=len(models), model=name)
        results[name] = compare(BASELINES[name], split)
    tell(done=len(models), total=len(models))
    return split.known, served, describe(history, split, split_text, order, results, memory) | {"seconds": round(time.perf_counter() - started_at, 2)}


def describe(history: Interactions, split: Split, split_text: str, order: Order, results: dict[str, Result], memory: int) -> dict:
    day = lambda number: str(np.datetime64(int(number), "D"))
    return {
        "split": split_text,
        "from": day(history.day.min()),
        "to": day(history.day.max()),
        "clients": split.known.shape[0],
        "products": split.known.shape[1],
        "pairs": len(split.known.pairs),
        "testClients": int((split.bought.getnnz(axis=1) > 0).sum()),
        "testPairs": int(split.bought.nnz),
        "servedMemoryMb": memory // 1024,
        "models": {name: figures(split, result) for name, result in results.items()},
        "slices": {**slices(split, results), "newClients": newcomers(split, order.half)},
        "servedBy": {camel(name): vars(one) for name, one in order.judged.items()},
    }


def check(history: Interactions, split: Split, text: str) -> None:
    if len(split.known.day):
        return
    first, last = (np.datetime64(int(day), "D") for day in (history.day.min(), history.day.max()))
    if text == LAST_BASKET:
        raise DataError("nobody bought on two days: without their last day nothing is known of the clients")
    raise DataError(f"split {text} leaves nothing to learn from: purchases go from {first} to {last}")


def serve(split: Split, catalogue: Catalogue, splitter: Splitter) -> tuple[Recommender, Result]:
    began_at = time.perf_counter()
    recommender = train(split.known, catalogue, split.days, split.again, splitter)
    learnt_at = time.perf_counter()
    lists, values = together(recommender.lists(LENGTH))
    return recommender, Result(lists, values, learnt_at - began_at, time.perf_counter() - learnt_at)


def compare(fit, split: Split) -> Result:
    began_at = time.perf_counter()
    scores: Scores = fit(split)
    learnt_at = time.perf_counter()
    had = split.known.matrix()

    def list_for(clients: np.ndarray):
        found = scores(clients)
        if not split.again:
            found = np.where(had[clients].toarray() > 0, -np.inf, found)
        return clients, *best_of(found, LENGTH)

    lists, values = together(in_turn(list_for, parts_of(np.arange(len(split.days)), split.known.shape[1])))
    return Result(lists, values, learnt_at - began_at, time.perf_counter() - learnt_at)


def together(parts: Iterable[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    found = [(product.astype(np.int32), value.astype(np.float64)) for _, product, value in parts]
    return np.concatenate([product for product, _ in found]), np.concatenate([value for _, value in found])


def figures(split: Split, result: Result) -> dict:
    return {
        **measure(result.lists, split.bought),
        "coverage": coverage(result.lists, split.known.shape[1]),
        "popularityBias": popularity_bias(result.lists, split.bought, buyers(split.known)),
        "fitSeconds": round(result.fit_seconds, 2),
        "listSeconds": round(result.list_seconds, 2),
        "seconds": round(result.fit_seconds + result.list_seconds, 2),
    }


def slices(split: Split, results: dict[str, Result]) -> dict:
    """Where little is known: of a client, or of a product."""
    segment = segment_of(count_baskets(split.known))
    found = {}
    for number, name in enumerate(SEGMENTS):
        own = np.flatnonzero(segment == number)
        found[camel(name)] = of_slice(split.bought[own], {model: result.lists[own] for model, result in results.items()})
    new = of_new_products(split)
    found["newProducts"] = {"days": NEW_DAYS, **of_slice(new, {model: result.lists for model, result in results.items()})}
    return found


def of_slice(bought: sparse.csr_matrix, lists: dict[str, np.ndarray]) -> dict:
    return {
        "testClients": int((bought.getnnz(axis=1) > 0).sum()),
        "testPairs": int(bought.nnz),
        "models": {model: measure(own, bought) for model, own in lists.items()},
    }


def of_new_products(split: Split) -> sparse.csr_matrix:
    """What of the products that were new on a client's day was bought next."""
    first = np.full(split.known.shape[1], split.known.end)
    np.minimum.at(first, split.known.product, split.known.day)
    bought = split.bought.tocoo()
    new = first[bought.col] >= split.days[bought.row] - NEW_DAYS
    return sparse.csr_matrix((bought.data[new], (bought.row[new], bought.col[new])), shape=bought.shape)


def newcomers(split: Split, half: int) -> dict:
    """Clients of whom nothing is known get the trend."""
    days, bought = split.newcomers
    lists = {}
    if len(days):
        trend = follow(split.known, days)
        counts = trend.recent[half] if half else trend.total
        at = trend.at(days)
        same = lambda scores: np.broadcast_to(best_of(scores[None].astype(float), LENGTH)[0], (len(days), min(LENGTH, len(scores))))
        lists[SERVED] = best_of(counts, LENGTH)[0][at]
        lists[POPULARITY] = same(buyers(split.known))
        lists[POPULARITY_LATELY] = same(buyers(split.known, after=split.known.end - 28))
    return of_slice(bought, lists)


def camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(one.capitalize() for one in others)


def to_table(known: Interactions, result: Result, types: tuple[pa.DataType, pa.DataType]) -> pa.Table:
    """A row for each client and rank. Ids have the type that they came with. Scores fall with each rank: of two alike the second has less."""
    there = result.lists >= 0
    client, place = np.nonzero(there)
    step = 10.0**-DIGITS
    values = np.where(there, np.round(result.values, DIGITS), 0)
    falling = np.minimum.accumulate(values + step * np.arange(values.shape[1]), axis=1) - step * np.arange(values.shape[1])
    ids = lambda names, numbers, kind: pa.array(names[numbers], pa.string()).cast(kind)
    return pa.table(
        {
            "client_id": ids(known.clients, client, types[0]),
            "rank": pa.array(place + 1, pa.int32()),
            "product_id": ids(known.products, result.lists[there], types[1]),
            "score": np.round(falling[there], DIGITS),
        }
    )
