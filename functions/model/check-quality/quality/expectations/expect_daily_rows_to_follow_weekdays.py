"""As many rows come on a day as on such weekdays before."""

from datetime import timedelta
from statistics import median

from ..learned import Finding, LearnedExpectation

JUDGED_DAYS = 7


class ExpectDailyRowsToFollowWeekdays(LearnedExpectation):
    """
    Compares each of the last seven whole days with the median of its weekday in the eight weeks before. A day with
    `at_most` times as many rows is unexpected, as are `low_days` in a row with less than `at_least` of them: a sale and a
    public holiday are not.
    """

    day: str
    at_most: float = 5
    at_least: float = 0.35
    low_days: int = 4
    weeks: int = 8
    # With fewer rows a day chance decides.
    min_rows: int = 10

    def judge(self, warehouse):
        found = []
        for system, rows in warehouse.by_day(self.table, self.day, days=7 * (self.weeks + 2)).items():
            if not rows:
                continue
            first = min(rows)
            count = lambda day: int(rows[day]["row_count"]) if day in rows else 0
            low = []
            for back in reversed(range(JUDGED_DAYS + self.low_days)):
                day = system.whole_through - timedelta(days=back)
                before = [day - timedelta(weeks=week) for week in range(1, self.weeks + 1)]
                known = [count(other) for other in before if other >= first]
                if len(known) < self.weeks / 2 or median(known) < self.min_rows:
                    continue
                usual = median(known)
                # What came with the first snapshot may have ended long before it.
                is_low = day > system.read_on and count(day) < self.at_least * usual
                low = [*low, day] if is_low else []
                too_many = count(day) > self.at_most * usual + self.min_rows
                if back < JUDGED_DAYS and (too_many or len(low) >= self.low_days):
                    found.append({"source_system": system.name, "business_date": day, "row_count": count(day), "usual": usual})
        told = "; ".join(f"{row['row_count']} rows on {row['business_date']}, usually {row['usual']:g}" for row in found)
        return Finding(told or "as usual", f"less than {self.at_most:g} times the usual, and not low {self.low_days} days in a row", found)
