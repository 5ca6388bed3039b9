"""What expectations have in common that learn from a table's own history what is usual."""

from dataclasses import dataclass, field
from statistics import median

from great_expectations.expectations.expectation import BatchExpectation

from .warehouse import Warehouse

# How many failing rows an expectation hands on.
SHOWN_ROWS = 20
# Makes the median of absolute deviations comparable to a standard deviation.
MAD_SCALE = 1.4826


@dataclass
class Finding:
    """What an expectation has seen; `rows` are those that fail, by keys and dates only."""

    observed: str
    expected: str
    rows: list = field(default_factory=list)
    count: int = 0


class LearnedExpectation(BatchExpectation):
    """Compares what is new in a table with what was usual in it. Where there is too little to learn from it says nothing."""

    # The model that the suite belongs to; set where the suite is read.
    table: str = ""

    def judge(self, warehouse: Warehouse) -> Finding:
        raise NotImplementedError

    def _validate(self, metrics, runtime_configuration=None, execution_engine=None):
        finding = self.judge(Warehouse(execution_engine))
        count = finding.count or len(finding.rows)
        return {
            "success": count == 0,
            "result": {
                "observed_value": finding.observed,
                "details": {
                    "expected": finding.expected,
                    "unexpected_count": count,
                    "unexpected_rows": finding.rows[:SHOWN_ROWS],
                },
            },
        }


def spread(values):
    """@returns the median, and how far values usually are from it (a scaled MAD)"""
    middle = median(values)
    return middle, MAD_SCALE * median(abs(value - middle) for value in values)


def allowed(share, count, tolerance=0):
    """How many of `count` may be what is usual for `share` of all: twice that, and what chance adds."""
    return tolerance + 2 * share * count + 5 * (share * count) ** 0.5
