"""On which days nothing is sold: as the panel says, or as it is seen."""

import numpy as np

from .panel import Panel, weekdays

#: A weekday is closed when for so many weeks nothing was sold on it.
WEEKS = 8
#: Where so few series sell on a day, a day without a sale is chance.
LEAST_SELLING = 8


def closed_until(panel: Panel, origin: int, days: int) -> np.ndarray:
    """
    [days], from the panel's first day on: whether nothing is sold. Before the origin by what was sold, from it on by the
    weekdays that have been closed before it, and where the panel has plans, by these.
    """
    weekday = weekdays(panel.start, days)
    sold = np.nansum(panel.quantity[:, :origin], axis=0)
    selling = (panel.quantity[:, :origin] > 0).sum(axis=0)
    closed = np.zeros(days, bool)
    recent = slice(max(0, origin - 7 * WEEKS), origin)
    for day in range(7):
        is_day = weekday[recent] == day
        others = selling[recent][~is_day]
        if is_day.sum() >= WEEKS // 2 and not sold[recent][is_day].any() and others.size and others.mean() >= LEAST_SELLING:
            closed[weekday == day] = True
    usual = np.array([selling[max(0, day - 28) : day + 28].mean() for day in range(origin)])
    closed[:origin] = (sold == 0) & (closed[:origin] | (usual >= LEAST_SELLING))
    if panel.closed is not None:
        planned = panel.closed[:days]
        closed[: len(planned)] |= planned
        # Whatever the plan says, a day with sales was open; and it knows of exceptions to a weekday's rule.
        closed[:origin] &= sold == 0
        closed[origin : len(planned)] = planned[origin:]
    return closed
