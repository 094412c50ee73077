"""What is written to Python's log becomes an event like the others."""

from __future__ import annotations

import logging

from docgraph.model.events import Event, Logged
from docgraph.server.logs import logs_told


def test_warnings_and_worse_are_events_while_it_lasts() -> None:
    events: list[Event] = []
    logger = logging.getLogger("docgraph.somewhere")
    with logs_told(events.append):
        logger.info("nothing to see")
        logger.warning("the database does not answer: %s", "gone")
        try:
            raise ZeroDivisionError("a fault of ours")
        except ZeroDivisionError:
            logger.exception("a statement failed")
    logger.warning("too late")
    warned, failed = events
    assert warned == Logged("warning", "the database does not answer: gone", "docgraph.somewhere")
    assert isinstance(failed, Logged)
    assert failed.level == "error"
    assert failed.text.startswith("a statement failed\nTraceback")
    assert "a fault of ours" in failed.text
