"""A script: fork until the system refuses; `found` tells how often that went well."""

import os
import signal

pids: list[int] = []
try:
    while len(pids) < 50:
        pid = os.fork()
        if pid == 0:
            signal.pause()
        pids.append(pid)
except BlockingIOError:
    pass
for pid in pids:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
found = {"forked": len(pids)}
