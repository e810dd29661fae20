"""What granian serves: the application, in a worker that hears of changes and stops when it is told to.

`python -m granian --interface wsgi portal.serving:application`
"""

import gc
import signal
import socket
import threading
import time

from django.conf import settings

from news import freshness
from portal.wsgi import application

__all__ = ["application"]

STOPS = (signal.SIGTERM, signal.SIGINT)
REPEAT_SECONDS = 0.5

# Open as long as the process lives: Python writes the number of every signal that arrives into one end.
_told, _tell = socket.socketpair()


def stop_reliably() -> None:
    """Make sure that the main thread of this worker hears of a stop. Call it in the main thread.

    The kernel may hand a signal to any thread, here to one of granian's own. Python then notes it, but its
    handler waits for the main thread, and that sleeps: right after busy minutes one stop in ten hung (granian
    2.8.7, Python 3.11, Linux 6.18). So a worker that has been told and is still there half a second later is
    told again, in its main thread. One that is told before it has come this far, granian kills in the end.
    """
    _tell.setblocking(False)
    signal.set_wakeup_fd(_tell.fileno(), warn_on_full_buffer=False)
    main = threading.get_ident()
    threading.Thread(target=_repeat_stops, args=[main], name="stop signals", daemon=True).start()


def _repeat_stops(main: int) -> None:
    """Wait for the first stop, then repeat it to this thread until the process is gone."""
    number = 0
    while number not in STOPS:
        number = _told.recv(1)[0]
    while True:
        time.sleep(REPEAT_SECONDS)
        signal.pthread_kill(main, number)


stop_reliably()
# What the program itself is made of never becomes garbage: the collector need not look through it again and again.
gc.freeze()
if settings.REDIS_URL:
    freshness.listen()
