"""Sums a CSV file of orders with the csv module: revenue per region and per month."""

import csv
import sys
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

path = Path(sys.argv[1] if sys.argv[1:] else Path(__file__).parent / "data/sales.csv")

revenue: dict[str, Decimal] = defaultdict(Decimal)
monthly: dict[str, Decimal] = defaultdict(Decimal)
unreadable: list[str] = []

with path.open(newline="", encoding="utf-8") as stream:
    for row in csv.DictReader(stream):
        try:
            amount = int(row["quantity"]) * Decimal(row["unit_price"])
        except ValueError:
            unreadable.append(row["order"])
            continue
        revenue[row["region"]] += amount
        monthly[f"{date.fromisoformat(row['date']):%Y-%m}"] += amount

for region, amount in sorted(revenue.items()):
    print(f"{region:8}{amount:>12,.2f}")
print(f"{'total':8}{sum(revenue.values()):>12,.2f}")
for month, amount in monthly.items():
    print(f"{month}  {'#' * int(amount / 100)}")
print("left out:", ", ".join(unreadable))
