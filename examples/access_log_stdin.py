"""Counts a web server's answers from its log on stdin; exit code 1: too many failed."""

import re
import sys
from collections import Counter

LINE = re.compile(r'(\S+) \S+ \S+ \[[^]]+\] "(\S+) (\S+) [^"]+" (\d{3}) (\d+|-)')
SERVER_ERROR, TOLERATED = 500, 0.02

statuses: Counter[int] = Counter()
failing: Counter[str] = Counter()
volume = 0

for number, line in enumerate(sys.stdin, 1):
    found = LINE.match(line)
    if found is None:
        print(f"line {number} is no log line: {line.rstrip()!r}", file=sys.stderr)
        continue
    client, method, path, status, size = found.groups()
    statuses[int(status)] += 1
    volume += int(size) if size != "-" else 0
    if int(status) >= SERVER_ERROR:
        failing[f"{method} {path}"] += 1

print(f"{statuses.total()} requests, {volume:,} bytes")
for code, count in sorted(statuses.items()):
    print(f"{code}  {count:4}")
for request, count in failing.most_common(3):
    print(f"failing: {request}, {count} times")

sys.exit(failing.total() > TOLERATED * statuses.total())
