"""Several at once, each on a database connection of its own."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection


def race(*contestants: Callable[[], Any]) -> list[Any]:
    """Run all at the same moment, each on its own connection; what each returned or raised."""
    gate = threading.Barrier(len(contestants))
    results: list[Any] = [None] * len(contestants)

    def run(place: int) -> None:
        gate.wait()
        try:
            results[place] = contestants[place]()
        except Exception as refusal:  # noqa: BLE001 - what was raised is the result
            results[place] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(contestants))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
