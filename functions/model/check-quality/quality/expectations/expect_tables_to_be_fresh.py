"""No table has stopped while the others of its system go on."""

from datetime import timedelta

from ..learned import Finding, LearnedExpectation

LEARNT_DAYS = 60
# A table is regular if something happens in it on so many of its days.
REGULAR = 0.5
MIN_DAYS = 7


class ExpectTablesToBeFresh(LearnedExpectation):
    """
    Learns from captured days how long each table is usually quiet. Unexpected is one that is quiet for more than twice
    as long, and for two whole days at least, while another regular table of its system goes on.
    """

    def judge(self, warehouse):
        found = []
        rows = warehouse.rows(
            "select source_system, source_table, captured_day, sum(row_count) as row_count from raw_change_day"
            " where op <> 'r' group by 1, 2, 3"
        )
        for system in warehouse.systems.values():
            first = max(system.read_on, system.whole_through - timedelta(days=LEARNT_DAYS))
            if (system.whole_through - first).days < MIN_DAYS:
                continue
            days = {}
            for row in rows:
                if row["source_system"] == system.name and row["captured_day"] >= first:
                    days.setdefault(row["source_table"], set()).add(row["captured_day"])
            quiet = {table: (system.whole_through - max(own)).days for table, own in days.items()}
            regular = {table for table, own in days.items() if len(own) >= REGULAR * ((max(own) - first).days + 1) and len(own) >= MIN_DAYS - 2}
            if not any(quiet[table] <= 0 for table in regular):
                continue
            for table in sorted(regular):
                ordered = sorted(days[table])
                longest = max((later - earlier).days - 1 for earlier, later in zip(ordered, ordered[1:]))
                if quiet[table] >= max(2, 2 * longest + 1):
                    found.append({"source_system": system.name, "source_table": table, "last_date": ordered[-1], "quiet_days": quiet[table]})
        told = "; ".join(f"{row['source_table']}: nothing since {row['last_date']}" for row in found)
        return Finding(told or "all go on", "no table quiet for longer than before", found)
