"""What scoring is told of each product: the same values that training learns from, with the plans of the coming days."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from .baselines import intermittent_rate, mean_28, naive_7, weekday_factors
from .calendar import closed_until
from .censoring import uncensored
from .features import Moment, observe
from .forecaster import deviation_of
from .panel import DAY, Panel
from .quantiles import kind_of, shapes

#: Days of history that answers show.
SHOWN_DAYS = 182


def moment_for_serving(panel: Panel, origin: int, trained_horizon: int, horizon: int) -> Moment:
    """As training observes it, with the plans of `horizon` days."""
    known = uncensored(panel, origin)
    return replace(observe(known, origin, trained_horizon), closed=closed_until(known, origin, origin + horizon))


#: Features of the whole shop, which a day that is not over would spoil.
OF_SHOP = ("shop_7_28", "shop_28_56", "season_shop")


def moment_of_jumped(panel: Panel, before: Moment, jumped: dict[str, float], trained_horizon: int, horizon: int) -> tuple[Panel, Moment]:
    """
    A day further than `before`, for products that have sold so much of today (units by name) that it need not be over: it counts as if
    it were. Of the shop only what was known before it.
    """
    today = before.origin
    quantity = panel.quantity.copy()
    quantity[:, today] = np.where(np.isfinite(quantity[:, today]), [jumped.get(name, 0.0) for name in panel.series], np.nan)
    grown = replace(panel, quantity=quantity)
    moment = moment_for_serving(grown, today + 1, trained_horizon, horizon)
    values = moment.values | {name: before.values[name] for name in OF_SHOP}
    return grown, replace(moment, profile=before.profile, values=values)


def product_rows(panel: Panel, moment: Moment, horizon: int, served: np.ndarray) -> Iterator[dict]:
    """
    Of each series that is `served` ([series] flags) and has begun: {"product_id", "origin", "values", "history_from", "quantity",
    "out_of_stock"}, as JSON has it: NaN is null, and single precision survives.

    values: own features by name; weekday profiles from Monday on; closed: the day before the origin, then each coming day; price
    and promo by coming day, the last one going on; shape: a hundred and one quantiles of demand as multiples of its mean.
    """
    origin = moment.origin
    began = np.isfinite(panel.quantity[:, :origin]).any(axis=1)
    ahead = np.arange(horizon)
    shared = shop_values(moment, horizon)
    rates, means, last_weeks = intermittent_rate(moment), mean_28(moment, 1)[:, 0], naive_7(moment, 7)
    deviations, kinds, own_shapes = deviation_of(moment), kind_of(moment), shapes(moment)
    first = max(0, origin - SHOWN_DAYS)
    for series in np.flatnonzero(began & served):
        plans = {name: shortest(values) for name, values in moment.plans(np.full(horizon, series), origin + ahead).items()}
        yield {
            "product_id": panel.series[series],
            "origin": str(panel.start + origin * DAY),
            "values": {
                "own": {name: number(moment.values[name][series]) for name in moment.names_of_series},
                "level": float(moment.level[series]),
                "weekdays_4": numbers(moment.values["weekdays_4"][series]),
                "weekdays_8": numbers(moment.values["weekdays_8"][series]),
                **shared,
                "plans": plans,
                "last_week": numbers(last_weeks[series]),
                "mean_28": float(means[series]),
                "intermittent": float(rates[series]),
                "deviation": float(deviations[series]),
                "kind": int(kinds[series]),
                "shape": numbers(own_shapes[series]),
            },
            "history_from": str(panel.start + first * DAY),
            "quantity": numbers(panel.quantity[series, first:origin]),
            "out_of_stock": [bool(flag) for flag in panel.censored[series, first:origin]] if panel.censored is not None else [False] * (origin - first),
        }


def newcomer_row(product: str, like: dict, panel: Panel, moment: Moment, horizon: int) -> dict:
    """Of a product that has not been sold yet; `like` says how such products began (analogy.py)."""
    origin = str(panel.start + moment.origin * DAY)
    return {
        "product_id": product,
        "origin": origin,
        "values": {"like": like, **shop_values(moment, horizon)},
        "history_from": origin,
        "quantity": [],
        "out_of_stock": [],
    }


def shop_values(moment: Moment, horizon: int) -> dict:
    """What is known of all products alike."""
    return {
        "profile": moment.profile.tolist(),
        "factors": weekday_factors(moment).tolist(),
        "closed": [bool(flag) for flag in moment.closed[moment.origin - 1 : moment.origin + horizon]],
    }


def number(value) -> float | None:
    """As JSON has it: nine digits, which single precision has at most; NaN is null."""
    return float(f"{value:.9g}") if np.isfinite(value) else None


def numbers(values: np.ndarray) -> list[float | None]:
    return [number(value) for value in values]


def shortest(values: np.ndarray) -> list[float | None]:
    """Without the days at the end that are all the same but the first of them."""
    found = numbers(values.astype(np.float32))
    while len(found) > 1 and found[-1] == found[-2]:
        found.pop()
    return found
