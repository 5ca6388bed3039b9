"""Prints models/intermediate/int_holiday.sql: public holidays of whole countries, as the library `holidays` knows them.

    uv run --no-project --with holidays==0.109 python dbt/print_holidays.py

Run it again for other countries or years, and add the names of a new country to int_country. A build has no library and no
network: it reads what is printed here. Days off instead of a holiday on a weekend are holidays too ("observed").
"""

from collections import defaultdict
from pathlib import Path

import holidays

YEARS = range(2000, 2036)
# Of the United Kingdom those of England and Wales, where most of its people live.
COUNTRIES = {code: None for code in "AT AU BE CA CH CZ DE DK ES FI FR IE IT NL NO NZ PL PT SE US".split()} | {"GB": "ENG"}
MODEL = Path(__file__).parent / "models" / "intermediate" / "int_holiday.sql"

HEAD = """\
{{# Printed by dbt/print_holidays.py from the Python library holidays {version} (MIT); not to be edited. #}}
with listed as (
    select *
    from (
        values
"""
TAIL = """
    ) as known (country_code, name, dates)
),

final as (
    select
        listed.country_code,
        cast(each.day as date) as date_day,
        listed.name
    from listed
    cross join unnest(split(listed.dates, ' ')) as each (day)
)

select * from final
"""


def main():
    dates = defaultdict(list)
    for code, part in sorted(COUNTRIES.items()):
        for date, name in sorted(holidays.country_holidays(code, subdiv=part, years=YEARS, language="en_US").items()):
            dates[code, name].append(date.isoformat())
    rows = [f"            ('{code}', '{name.replace(chr(39), chr(39) * 2)}', '{' '.join(days)}')" for (code, name), days in dates.items()]
    MODEL.write_text(HEAD.format(version=holidays.__version__) + ",\n".join(rows) + TAIL)


main()
