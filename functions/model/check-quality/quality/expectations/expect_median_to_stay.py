"""The middle value of a day is about what it was."""

from datetime import timedelta
from statistics import median

from ..learned import Finding, LearnedExpectation, spread

JUDGED_DAYS = 7
USUAL_DAYS = 35


class ExpectMedianToStay(LearnedExpectation):
    """
    Compares the median of `column` on each of the last seven whole days with those of the five weeks before.
    `tolerance` is a part of the usual; what such days differ by anyway comes on top. Where `may_fall_when_busy`, a day
    that sold far more may have lower values: a sale.
    """

    day: str
    column: str
    where: str = "true"
    tolerance: float = 0.05
    may_fall_when_busy: bool = False
    min_rows: int = 20
    min_days: int = 14

    def judge(self, warehouse):
        found = []
        values = f"{warehouse.quantile(self.column, 0.5)} as middle, count({self.column}) as row_count"
        days = JUDGED_DAYS + USUAL_DAYS
        for system, rows in warehouse.by_day(self.table, self.day, values, self.where, days).items():
            judged_from = system.whole_through - timedelta(days=JUDGED_DAYS)
            told = {day: row for day, row in rows.items() if row["middle"] is not None and int(row["row_count"]) >= self.min_rows}
            before = [row for day, row in told.items() if day <= judged_from]
            if len(before) < self.min_days:
                continue
            usual, deviation = spread([float(row["middle"]) for row in before])
            busy = 1.8 * median(int(row["row_count"]) for row in before)
            for day, row in sorted(told.items()):
                middle = float(row["middle"])
                is_sale = self.may_fall_when_busy and middle < usual and int(row["row_count"]) >= busy
                if day > judged_from and not is_sale and abs(middle - usual) > self.tolerance * abs(usual) + 6 * deviation:
                    found.append({"source_system": system.name, "business_date": day, "median": round(middle, 4), "usual": round(usual, 4)})
        told = "; ".join(f"{row['median']:g} on {row['business_date']}, usually {row['usual']:g}" for row in found)
        return Finding(told or "as usual", f"within {self.tolerance:.0%} of the usual", found)
