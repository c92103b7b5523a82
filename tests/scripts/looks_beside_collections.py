"""Look where a thread is that makes garbage; print whether collection is on afterwards."""

import gc
import threading
import time

from pythonarium_kernel.sending import look_at


def work() -> None:
    while not ended:
        deep(50)


def deep(depth: int) -> None:
    if depth:
        deep(depth - 1)
    else:
        # To let go of a threading.local, CPython 3.11 takes the lock of a look.
        garbage: list[object] = [threading.local()]
        garbage.append(garbage)


ended = False
gc.set_threshold(100)
thread = threading.Thread(target=work)
thread.start()
for _ in range(500):
    look_at(thread.ident or 0)
    time.sleep(0)
ended = True
thread.join()
print(gc.isenabled())
