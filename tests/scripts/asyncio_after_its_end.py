"""End loops that will not end, at any line; print how often one still counts as running."""

import asyncio
import logging
import os
import sys
import warnings

from pythonarium import Interpreter, ScriptTimeoutError

CODE = """
import asyncio
async def work():
    try:
        while True: await asyncio.sleep(0)
    finally:
        await asyncio.sleep(0.7)
        while True:
            try:
                await asyncio.sleep(0)
            except BaseException:
                pass
async def main():
    await asyncio.gather(*[work() for _ in range(5)])
asyncio.run(main(), debug=True)
"""

# What the loops leave behind is told as it is collected.
logging.disable()
warnings.simplefilter("ignore")
sys.unraisablehook = bool  # not in Python: it would be ended as well

running = 0
with Interpreter() as python:
    for _ in range(12):
        try:
            python.exec(CODE, timeout=0.1)
        except ScriptTimeoutError:
            running += asyncio._get_running_loop() is not None
            asyncio._set_running_loop(None)
print(running, flush=True)
os._exit(0)
