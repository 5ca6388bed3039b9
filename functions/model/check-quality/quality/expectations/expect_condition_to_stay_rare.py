"""Rows of some kind are not more frequent among the new ones than among the others."""

from typing import List, Optional

from ..learned import SHOWN_ROWS, Finding, LearnedExpectation, allowed
from ..warehouse import literal


class ExpectConditionToStayRare(LearnedExpectation):
    """
    Counts the new rows (`is_recent`) that meet `condition`, SQL, on each `day`. More than is usual for the other rows
    are unexpected; where those have none, any is.
    """

    condition: str
    day: Optional[str] = None
    where: str = "true"
    key: List[str]
    # So many on a day are never too many.
    tolerance: int = 0
    # Other rows from which it learns; with fewer it says nothing.
    min_history: int = 200

    def judge(self, warehouse):
        day = self.day or "cast(null as date)"
        groups = warehouse.rows(
            f"select source_system, is_recent, case when is_recent then {day} end as day, count(*) as row_count,"
            f" sum(case when {self.condition} then 1 else 0 end) as matches"
            f" from {self.table} where source_system is not null and ({self.where}) group by 1, 2, 3"
        )
        found, count, shares = [], 0, []
        for system in {group["source_system"] for group in groups}:
            own = [group for group in groups if group["source_system"] == system]
            others = [group for group in own if not group["is_recent"]]
            history = sum(int(group["row_count"]) for group in others)
            if history < self.min_history:
                continue
            share = sum(int(group["matches"]) for group in others) / history
            shares.append(share)
            for group in own:
                matches, rows = int(group["matches"]), int(group["row_count"])
                if group["is_recent"] and matches > allowed(share, rows, self.tolerance):
                    count += matches
                    found.append((system, group["day"]))
        most = max(shares, default=0)
        usual = f"about {most:.2%} of rows, as before" if most else "none, as before"
        return Finding("1 new row" if count == 1 else f"{count} new rows", usual, self._keys(warehouse, found), count)

    def _keys(self, warehouse, found):
        keys = ", ".join(self.key)
        rows = []
        # In an order of their own: an engine groups in any.
        for system, day in sorted(found, key=str):
            on = f"and {self.day} = date '{day}'" if day else ""
            rows += warehouse.rows(
                f"select {keys} from {self.table} where source_system = {literal(system)} and is_recent and ({self.where})"
                f" and ({self.condition}) {on} order by {keys} limit {SHOWN_ROWS}"
            )
        return rows
