"""Run a script in a worker with limits: fenced.py LIMITS FILE ARGS, the first is JSON.

The script sets `found`, which is printed as JSON.
"""

import json
import sys

from pythonarium import Interpreter


def main() -> None:
    limits, file, *args = sys.argv[1:]
    with Interpreter("process", limits=json.loads(limits)) as python:
        python.run(file, args)
        print(json.dumps(python["found"]))


if __name__ == "__main__":
    main()
