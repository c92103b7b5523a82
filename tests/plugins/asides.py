"""Work that is done beside the test: in another thread."""

from collections.abc import Callable
from threading import Thread
from typing import Any


def in_thread(work: Callable[[], Any]) -> Any:
    """Return what `work()` returns, or the exception that it raises, in a thread."""
    answers = []

    def target() -> None:
        try:
            answers.append(work())
        except Exception as error:  # noqa: BLE001  # it is the answer
            answers.append(error)

    thread = Thread(target=target)
    thread.start()
    thread.join()
    return answers[0]
