"""Hardly any change of a table was parked on its way to the lake."""

from typing import List

from ..learned import Finding, LearnedExpectation


class ExpectFewParkedChanges(LearnedExpectation):
    """Counts what landing and admission have parked and nobody has sent again: the build lacks it."""

    at_most: int = 0
    # By topic, how many; set where the suite is read.
    parked: List[dict] = []

    def judge(self, warehouse):
        found = [
            {"topic": each["topic"], "reason": each["reason"], "row_count": each["count"]}
            for each in self.parked
            if each["count"] > self.at_most
        ]
        told = "; ".join(f"{row['row_count']} of {row['topic']} ({row['reason']})" for row in found)
        count = sum(row["row_count"] for row in found)
        return Finding(told or "none too many", f"at most {self.at_most} of a topic", found, count)
