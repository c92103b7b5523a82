"""`python -m pythonarium` is the command line."""

import sys

from pythonarium.cli import main

if __name__ == "__main__":  # spawned children of multiprocessing import this again
    sys.exit(main())
