"""How the watchdog looks where a thread is."""

import pytest

from programs import run_script

pytestmark = pytest.mark.row("B7")


def test_look_never_meets_a_collection() -> None:
    """On 3.11 the two wait for each other, and the host with them."""
    assert run_script("looks_beside_collections.py") == "True\n"
