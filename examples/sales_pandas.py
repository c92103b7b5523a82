"""Sums a CSV file of orders with pandas: revenue per region and product."""

import sys
from pathlib import Path

import pandas as pd

path = Path(sys.argv[1] if sys.argv[1:] else Path(__file__).parent / "data/sales.csv")

orders = pd.read_csv(path, parse_dates=["date"])
orders["quantity"] = pd.to_numeric(orders["quantity"], errors="coerce")
orders["revenue"] = orders["quantity"] * orders["unit_price"]

by_region = orders.groupby("region")["revenue"].sum().round(2)
table = orders.pivot_table(
    index="product", columns="region", values="revenue", aggfunc="sum", fill_value=0.0
)
best_month = orders.groupby(orders["date"].dt.to_period("M"))["revenue"].sum().idxmax()

print(table.to_string(float_format="{:,.2f}".format))
print()
print(by_region.to_string())
print(f"\nbest month: {best_month}, orders left out: {orders['revenue'].isna().sum()}")
