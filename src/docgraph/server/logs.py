"""Python's log as events, so that what libraries have to say stands among everything else, in one form."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from docgraph.model.events import Logged, Observe


class _Told(logging.Handler):
    """Tells each record as an event."""

    def __init__(self, observe: Observe) -> None:
        super().__init__(logging.WARNING)
        self._observe = observe

    def emit(self, record: logging.LogRecord) -> None:
        self._observe(Logged(record.levelname.lower(), self.format(record), record.name))


@contextmanager
def logs_told(observe: Observe) -> Iterator[None]:
    """Inside, warnings and worse that are logged are events."""
    handler = _Told(observe)
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
