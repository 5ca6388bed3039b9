"""Months that were over when they were published keep their totals."""

from datetime import date, timedelta
from typing import List

from ..learned import Finding, LearnedExpectation

# Days after a month's end in which late rows are usual.
LATE_DAYS = 3


class ExpectPublishedTotalsToStay(LearnedExpectation):
    """
    Compares the months that are over with those of the published marts, in all and by category. `tolerance` is a part of
    the month's total.
    """

    tolerance: float = 0.005
    # Rows of the published mart of this name; set where the suite is read.
    published: List[dict] = []

    def judge(self, warehouse):
        systems = warehouse.systems.values()
        if not self.published or not systems:
            return Finding("nothing was published before", "not known yet")
        through = min(system.whole_through for system in systems) - timedelta(days=LATE_DAYS)
        now = self._totals(
            warehouse.rows(f"select month_start, category, currency, amount from {self.table}"), through.replace(day=1)
        )
        before = self._totals(self.published, through.replace(day=1))
        found = []
        for place in sorted(set(now) | set(before), key=str):
            month, category, currency = place
            total = max(abs(before.get((month, "all", currency), 0)), abs(now.get((month, "all", currency), 0)))
            was, is_now = before.get(place, 0), now.get(place, 0)
            if abs(is_now - was) > self.tolerance * total:
                found.append({"month_start": month, "category": category, "currency": currency, "was": round(was, 2), "is": round(is_now, 2)})
        told = "; ".join(f"{row['month_start']:%Y-%m} {row['category']}: {row['is']:,.0f}, was {row['was']:,.0f}" for row in found[:5])
        return Finding(told or "unchanged", f"past months change by at most {self.tolerance:.1%}", found)

    @staticmethod
    def _totals(rows, before):
        """By month, category (and "all" of them) and currency, of months that began before that of `before`."""
        totals = {}
        for row in rows:
            month = row["month_start"]
            month = date.fromisoformat(month[:10]) if isinstance(month, str) else month
            if month >= before:
                continue
            for category in (row["category"], "all"):
                place = (month, category, row["currency"])
                totals[place] = totals.get(place, 0.0) + float(row["amount"])
        return totals
