"""A day's rows come in the hours in which they used to come."""

from datetime import timedelta
from math import log

from ..learned import Finding, LearnedExpectation

JUDGED_DAYS = 14
# A gap, or a shift, is told where chance would give it once in millions of days.
UNLIKELY = 14
# What an hour has at least, of all rows: nothing is impossible.
FLOOR = 0.0005


class ExpectHoursToStay(LearnedExpectation):
    """
    Learns from the days before the last two weeks how many of a day's rows come in each hour. Unexpected are days with
    hours in a row without any where many should be (part of the day is missing), days whose hours are those of before
    moved by some (another time zone), and days with rows in hours that had none.
    """

    day: str
    hour: str
    min_history: int = 300
    min_rows: int = 15

    def judge(self, warehouse):
        found = []
        values = ", ".join(f"sum(case when {self.hour} = {hour} then 1 else 0 end) as h{hour}" for hour in range(24))
        for system, rows in warehouse.by_day(self.table, self.day, values, days=120).items():
            judged_from = system.whole_through - timedelta(days=JUDGED_DAYS)
            hours = {day: [int(row[f"h{hour}"] or 0) for hour in range(24)] for day, row in rows.items()}
            before = [sum(own) for own in zip(*(own for day, own in hours.items() if day <= judged_from))]
            if sum(before) < self.min_history:
                continue
            usual = [own / sum(before) for own in before]
            for day, own in sorted(hours.items()):
                if day > judged_from and sum(own) >= self.min_rows and (what := self._oddity(own, usual)):
                    found.append({"source_system": system.name, "business_date": day, "row_count": sum(own), "what": what})
        told = "; ".join(f"{row['business_date']}: {row['what']}" for row in found)
        return Finding(told or "as usual", "the hours of the days before", found)

    def _oddity(self, own, usual):
        rows = sum(own)
        gap, share = self._largest_gap(own, usual)
        if share < 1 and -rows * log(1 - share) > UNLIKELY:
            return f"none from {gap[0]} to {gap[-1] + 1} o'clock"
        floored = [max(share, FLOOR) for share in usual]
        likelihood = lambda shift: sum(own[hour] * log(floored[(hour - shift) % 24]) for hour in range(24) if own[hour])
        shift = max(range(-11, 13), key=likelihood)
        if shift and likelihood(shift) - likelihood(0) > UNLIKELY:
            return f"moved by {shift} hours"
        strange = sum(own[hour] for hour in range(24) if usual[hour] < FLOOR)
        if strange >= max(3, 0.03 * rows):
            return f"{strange} in hours that had none"
        return None

    @staticmethod
    def _largest_gap(own, usual):
        """The hours in a row without rows in which most should have been, and their usual share."""
        best, best_share, gap = [], 0.0, []
        for hour in range(24):
            gap = [*gap, hour] if own[hour] == 0 else []
            share = sum(usual[each] for each in gap)
            if share > best_share:
                best, best_share = gap, share
        used = [hour for hour in best if usual[hour] > 0]
        return used or [0], best_share
