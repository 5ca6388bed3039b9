"""New values are not far beyond those that their group had."""

from typing import List, Optional

from ..learned import SHOWN_ROWS, Finding, LearnedExpectation


class ExpectValuesInLearntRange(LearnedExpectation):
    """
    Learns a range of `column` for each value of `by` from the rows that are not new: from the lowest to the highest
    `quantile`. New rows (`is_recent`) may be `above` times the highest and the lowest divided by `below`.
    """

    column: str
    by: str
    key: List[str]
    quantile: float = 0.99
    above: float = 3
    below: Optional[float] = None
    # Added to the highest: small whole numbers double easily.
    slack: float = 0
    min_rows: int = 10

    def judge(self, warehouse):
        keys = ", ".join(f"judged.{key}" for key in self.key)
        too_low = f" or judged.{self.column} < ranges.low / {self.below}" if self.below else ""
        beyond = (
            f" from (select {self.by} as grouped, {warehouse.quantile(self.column, 1 - self.quantile)} as low,"
            f" {warehouse.quantile(self.column, self.quantile)} as high from {self.table}"
            f" where not is_recent and {self.column} is not null group by {self.by} having count(*) >= {self.min_rows}) as ranges"
            f" join {self.table} as judged on judged.{self.by} = ranges.grouped"
            f" where judged.is_recent and (judged.{self.column} > ranges.high * {self.above} + {self.slack}{too_low})"
        )
        [counted] = warehouse.rows(f"select count(*) as row_count, min(judged.{self.column}) as low, max(judged.{self.column}) as high{beyond}")
        count = int(counted["row_count"])
        rows = warehouse.rows(f"select {keys}{beyond} order by {keys} limit {SHOWN_ROWS}") if count else []
        observed = f"{count} new rows, from {counted['low']} to {counted['high']}" if count else "within the range"
        lowest = f", at least 1/{self.below:g} of the lowest" if self.below else ""
        return Finding(observed, f"at most {self.above:g} times the highest of its {self.by}{lowest}", rows, count)
