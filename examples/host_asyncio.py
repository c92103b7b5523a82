"""An asyncio host: scripts run in threads, and end when their task is cancelled."""

import asyncio
from contextlib import suppress

from pythonarium import Interpreter, Result, ScriptError

SUM = """
total = 0
for number in range(100_000):
    total += number % 7
"""


async def run_script(code: str, **options: object) -> Result:
    """Run a script in a thread; when this task is cancelled, end the script too."""
    with Interpreter() as python:
        running = asyncio.create_task(asyncio.to_thread(python.exec, code, **options))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            while not running.done():  # it may not have started yet
                python.interrupt()
                await asyncio.wait([running], timeout=0.01)
            with suppress(ScriptError):
                running.result()
            raise


async def ticks(count: int) -> str:
    """Show that the event loop is free."""
    for _ in range(count):
        await asyncio.sleep(0)
    return f"{count} ticks"


async def main() -> None:
    """Run several at once, then cancel one."""
    sums = [run_script(SUM, outputs={"total": int}) for _ in range(3)]
    print(*await asyncio.gather(*sums, ticks(1000)), sep="\n")

    try:
        await asyncio.wait_for(run_script("while True: pass"), timeout=0.2)
    except TimeoutError:
        print("the endless one is cancelled")

    with Interpreter() as python:  # an awaitable of the script, awaited here
        python.exec(
            "import asyncio\nasync def twice(x): return await asyncio.sleep(0, 2 * x)"
        )
        print("awaited:", await python.handle("twice(21)"))


asyncio.run(main())
