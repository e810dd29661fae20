"""What one process tells all others through Redis or Valkey: that the public pages have changed.

Nothing depends on it: where it is not heard, everybody asks the database once in GENERATION_MEMO_SECONDS anyway.
"""

import logging
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from redis import Redis

logger = logging.getLogger(__name__)

CHANNEL = "portal:generation"
# After how long a lost connection is tried again (seconds).
RETRY_SECONDS = 1.0
# A connection on which nothing was said for so long is asked whether it still stands (seconds).
SILENCE_SECONDS = 5.0


def announce() -> None:
    """Tell everybody that something has changed. A cache that is away is told nothing."""
    try:
        _client().publish(CHANNEL, "")
    except Exception:  # noqa: BLE001 - whatever Redis raises, the change is made and will be found
        logger.warning("a change could not be announced")


def listen(hear: Callable[[], None]) -> None:
    """Call `hear` in a thread of its own at each announcement, and when one may have been missed."""
    threading.Thread(target=_listen, args=[hear], name="announcements", daemon=True).start()


def _listen(hear: Callable[[], None]) -> None:
    while True:
        try:
            with _client().pubsub(ignore_subscribe_messages=True) as subscription:
                subscription.subscribe(CHANNEL)
                hear()
                while True:
                    message = subscription.get_message(timeout=SILENCE_SECONDS)
                    if message is None:
                        subscription.ping()
                    elif message["type"] == "message":
                        hear()
        except Exception:  # noqa: BLE001 - whatever Redis raises, it is tried again
            time.sleep(RETRY_SECONDS)


@cache
def _client() -> "Redis":
    # Not needed, and so not loaded, where there is no shared cache.
    from redis import Redis

    limits: Any = settings.REDIS_LIMITS
    client: Redis = Redis.from_url(settings.REDIS_URL, **limits)
    return client
