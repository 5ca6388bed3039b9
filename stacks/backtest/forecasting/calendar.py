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
    for day in range(7):
        open_days = selling[-7 * WEEKS :][weekday[max(0, origin - 7 * WEEKS) : origin] != day]
        own = sold[-7 * WEEKS :][weekday[max(0, origin - 7 * WEEKS) : origin] == day]
        if len(own) >= WEEKS // 2 and own.sum() == 0 and len(open_days) and open_days.mean() >= LEAST_SELLING:
            closed[weekday == day] = True
    usual = np.array([np.mean(selling[max(0, day - 28) : day + 28]) for day in range(origin)])
    closed[:origin] |= (sold == 0) & (usual >= LEAST_SELLING)
    closed[:origin] &= sold == 0
    if panel.closed is not None:
        planned = panel.closed[:days]
        closed[: len(planned)] |= planned & np.r_[sold == 0, np.ones(max(0, days - origin), bool)][: len(planned)]
        # The plan knows of exceptions to a weekday's rule.
        closed[origin : len(planned)] = planned[origin:]
    return closed
