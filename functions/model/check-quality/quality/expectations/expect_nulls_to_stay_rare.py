"""Columns of the new rows have not more nulls than those of the others."""

from typing import List

from ..learned import SHOWN_ROWS, Finding, LearnedExpectation, allowed
from ..warehouse import literal


class ExpectNullsToStayRare(LearnedExpectation):
    """Compares the share of nulls in each of `columns` among new rows (`is_recent`) and others, in one scan."""

    columns: List[str]
    key: List[str]
    tolerance: int = 2
    min_history: int = 200

    def judge(self, warehouse):
        counts = ", ".join(
            f"sum(case when {column} is null then 1 else 0 end) as n{at}" for at, column in enumerate(self.columns)
        )
        groups = warehouse.rows(
            f"select source_system, is_recent, count(*) as row_count, {counts} from {self.table} group by 1, 2 order by 1, 2"
        )
        spikes = []
        for new in groups:
            old = [row for row in groups if row["source_system"] == new["source_system"] and not row["is_recent"]]
            if not new["is_recent"] or not old or int(old[0]["row_count"]) < self.min_history:
                continue
            for at, column in enumerate(self.columns):
                nulls, rows = int(new[f"n{at}"]), int(new["row_count"])
                share = int(old[0][f"n{at}"]) / int(old[0]["row_count"])
                if nulls > allowed(share, rows, self.tolerance):
                    spikes.append((new["source_system"], column, nulls, rows, share))
        told = "; ".join(f"{column}: {nulls} of {rows} new rows" for _, column, nulls, rows, _ in spikes)
        usual = "; ".join(f"{column}: {share:.2%}" for _, column, _, _, share in spikes)
        rows = []
        keys = ", ".join(self.key)
        for system, column, *_ in spikes:
            rows += warehouse.rows(
                f"select {keys} from {self.table} where source_system = {literal(system)} and is_recent and {column} is null"
                f" order by {keys} limit {SHOWN_ROWS}"
            )
        return Finding(told or "no more than before", usual or "as before", rows, sum(spike[2] for spike in spikes))
