"""Decides which backups to keep (7 daily, 4 weekly, all monthly), and logs why."""

import logging
from collections.abc import Iterable
from datetime import date, timedelta

DAILY, WEEKLY = 7, 4
log = logging.getLogger("backups")


def kept(days: Iterable[date]) -> list[date]:
    """Return the days whose backups stay, newest first."""
    keep: list[date] = []
    weeks: set[tuple[int, int]] = set()
    months: set[tuple[int, int]] = set()
    for number, day in enumerate(sorted(days, reverse=True)):
        week, month = day.isocalendar()[:2], (day.year, day.month)
        if number < DAILY:
            reason = "daily"
        elif week not in weeks and len(weeks) < WEEKLY:
            reason = "weekly"
        elif month not in months:
            reason = "monthly"
        else:
            log.debug("%s goes", day)
            continue
        log.info("%s stays: %s", day, reason)
        weeks.add(week)
        months.add(month)
        keep.append(day)
    return keep


def main() -> None:
    """Look at a hundred days of backups, one of which is missing."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)-7s %(message)s")
    today = date(2026, 4, 10)
    days = {today - timedelta(days=back) for back in range(100)} - {date(2026, 4, 7)}
    for back in range(1, DAILY):
        if (day := today - timedelta(days=back)) not in days:
            log.warning("there is no backup of %s", day)
    keep = kept(days)
    print(f"{len(keep)} of {len(days)} backups stay, the oldest of {keep[-1]}")


if __name__ == "__main__":
    main()
