"""Interrupt short runs at random moments; nothing may reach the host but its errors.

Usage: interrupt_stress.py RUNG RUNS SEED.  Prints how the runs ended, as JSON.

It is a process of its own because what it looks for, a stray KeyboardInterrupt, would
end the test runner.
"""

import collections
import json
import random
import sys
import threading
import time

from opening import opened
from pythonarium import (
    ScriptInterruptedError,
    ScriptTimeoutError,
)

CODE = "for i in range(steps):\n    last = i\n"
TIMEOUTS = (None, None, 1e-5, 2e-4, 5.0)
LONGER = {"shared": 1}
"""By how much runs are longer where there is a road between; 10 if it is not said."""


def main(rung: str, runs: int, seed: int) -> None:
    chance = random.Random(seed)
    sys.setswitchinterval(1e-5)
    ends: collections.Counter[str] = collections.Counter()
    longer = LONGER.get(rung, 10)
    shots = [chance.random() * 4e-4 * longer for _ in range(runs)]
    go, shot = threading.Semaphore(0), threading.Semaphore(0)

    def shoot() -> None:
        for delay in shots:
            go.acquire()
            end = time.perf_counter() + delay
            while time.perf_counter() < end:
                pass
            ends["hit" if python.interrupt() else "idle"] += 1
            shot.release()

    streams = sys.stdout, sys.stderr
    with opened(rung) as python:
        python.set("kept", "kept")
        shooter = threading.Thread(target=shoot)
        shooter.start()
        for _ in range(runs):
            steps, timeout = chance.randrange(6000 * longer), chance.choice(TIMEOUTS)
            go.release()
            try:
                python.exec(CODE, {"steps": steps}, timeout=timeout)
                ends["done"] += 1
            except ScriptInterruptedError:
                ends["interrupted"] += 1
            except ScriptTimeoutError:
                ends["timeout"] += 1
            shot.acquire()
            for _ in range(100):  # here something late would arrive
                assert (sys.stdout, sys.stderr) == streams
        shooter.join()
        assert python.interrupt() is False
        assert python.exec("kept").value == "kept"
    print(json.dumps(ends))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
