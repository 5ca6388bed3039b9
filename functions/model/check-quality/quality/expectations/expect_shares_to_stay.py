"""A day's rows are spread over the values of a column about as before."""

from datetime import timedelta

from ..learned import Finding, LearnedExpectation, spread
from ..warehouse import literal

JUDGED_DAYS = 7
USUAL_DAYS = 56


class ExpectSharesToStay(LearnedExpectation):
    """
    Compares the share of each value of `column`, SQL, on each of the last seven whole days with those of the eight weeks
    before. Unexpected is a share that differs by more than `tolerance` and what chance and such days make of it anyway.
    """

    day: str
    column: str
    where: str = "true"
    tolerance: float = 0.2
    min_rows: int = 20
    min_days: int = 14

    def judge(self, warehouse):
        found = []
        for system in warehouse.systems.values():
            whole = system.whole_through
            rows = warehouse.rows(
                f"select {self.day} as day, cast({self.column} as varchar) as value, count(*) as row_count from {self.table}"
                f" where source_system = {literal(system.name)} and ({self.where}) and {self.day} <= date '{whole}'"
                f" and {self.day} > date '{whole}' - interval '{JUDGED_DAYS + USUAL_DAYS}' day group by 1, 2"
            )
            found += self._compare(system, rows)
        told = "; ".join(
            f"{row['value']}: {row['share']:.0%} on {row['business_date']}, usually {row['usual']:.0%}" for row in found
        )
        return Finding(told or "as usual", f"within {self.tolerance:.0%} of the usual share", found)

    def _compare(self, system, rows):
        days = {}
        for row in rows:
            days.setdefault(row["day"], {})[row["value"]] = int(row["row_count"])
        days = {day: counts for day, counts in days.items() if sum(counts.values()) >= self.min_rows}
        judged_from = system.whole_through - timedelta(days=JUDGED_DAYS)
        before = [counts for day, counts in days.items() if day <= judged_from]
        if len(before) < self.min_days:
            return
        values = {value for counts in days.values() for value in counts}
        for value in sorted(values, key=str):
            usual, deviation = spread([counts.get(value, 0) / sum(counts.values()) for counts in before])
            for day, counts in sorted(days.items()):
                if day <= judged_from:
                    continue
                total = sum(counts.values())
                share = counts.get(value, 0) / total
                chance = 5 * (max(usual, 1 / total) * (1 - usual) / total) ** 0.5
                if abs(share - usual) > max(self.tolerance + deviation, chance):
                    yield {"source_system": system.name, "business_date": day, "value": value, "share": share, "usual": usual}
