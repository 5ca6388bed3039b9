"""No numbers are missing where rows are missing too."""

from datetime import timedelta
from statistics import median

from ..learned import Finding, LearnedExpectation
from ..warehouse import literal

JUDGED_DAYS = 28
USUAL_DAYS = 56


class ExpectIdsWithoutGaps(LearnedExpectation):
    """
    For ids that are given one after another. A gap in them is unexpected if the days around it have about as many rows
    fewer than usual: then rows were lost. A public holiday leaves no gap, and a database that skips numbers no quiet day.
    """

    column: str
    day: str
    min_rows: int = 10

    def judge(self, warehouse):
        found = []
        numbered = (
            f"select source_system, {self.day} as day, try_cast({self.column} as bigint) as number from {self.table}"
            f" where {self.day} is not null and try_cast({self.column} as bigint) is not null"
        )
        for system, rows in warehouse.by_day(self.table, self.day, days=JUDGED_DAYS + USUAL_DAYS).items():
            since = system.whole_through - timedelta(days=JUDGED_DAYS)
            # Days without a row are none of those that are usual.
            known = [int(row["row_count"]) for day, row in rows.items() if day <= since]
            if len(known) < USUAL_DAYS / 4 or median(known) < self.min_rows:
                continue
            usual = median(known)
            days = [since + timedelta(days=at + 1) for at in range(JUDGED_DAYS)]
            lacking = {day: max(0, usual - (int(rows[day]["row_count"]) if day in rows else 0)) for day in days}
            # What ends on a day that is not over began on one that is.
            gaps = warehouse.rows(
                f"select day, day_before, sum(missing) as missing from (select day, lag(day) over (order by number) as day_before,"
                f" number - lag(number) over (order by number) - 1 as missing from ({numbered} and source_system = {literal(system.name)}) as numbered)"
                f" as steps where missing > 0 and missing < {30 * usual} and day >= date '{since}'"
                f" and day_before >= date '{since}' group by day, day_before order by day_before, day"
            )
            for gap in gaps:
                missing = int(gap["missing"])
                fewer = sum(own for day, own in lacking.items() if gap["day_before"] <= day <= gap["day"])
                if missing >= max(self.min_rows / 2, 0.2 * usual) and fewer >= 0.5 * missing:
                    found.append(
                        {"source_system": system.name, "first_date": gap["day_before"], "last_date": gap["day"], "missing": missing}
                    )
        told = "; ".join(f"{row['missing']} numbers missing from {row['first_date']} to {row['last_date']}" for row in found)
        return Finding(told or "none missing", "no gap in the numbers on days with few rows", found)
