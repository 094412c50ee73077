"""What authors write to the log from a handler. Where it goes is for those who observe events."""

from __future__ import annotations

from docgraph.mapping.collect import current

LONGEST = 10_000  # characters of a line, and of a value in it


class Log:
    """`log.info("{} has no salary", document.path)`: each {} stands for the next value."""

    def debug(self, text: str, *values: object) -> None:
        """For the author, while developing."""
        current("log.debug()").log("debug", *_filled(text, values))

    def info(self, text: str, *values: object) -> None:
        """Worth knowing."""
        current("log.info()").log("info", *_filled(text, values))

    def warning(self, text: str, *values: object) -> None:
        """Worth a look. To refuse a document, raise an exception instead."""
        current("log.warning()").log("warning", *_filled(text, values))

    def error(self, text: str, *values: object) -> None:
        """Wrong, although the document is indexed. To refuse it, raise an exception instead."""
        current("log.error()").log("error", *_filled(text, values))

    def critical(self, text: str, *values: object) -> None:
        """Wrong enough that somebody should look at once, although the document is indexed."""
        current("log.critical()").log("critical", *_filled(text, values))


def _filled(text: str, values: tuple[object, ...]) -> tuple[str, list[str]]:
    """The text and the values as texts.

    Values without a place are put at the end, places without a value stay.
    """
    texts = [_cut(str(value)) for value in values]
    parts = str(text).split("{}")
    filled = parts[0]
    for number, part in enumerate(parts[1:]):
        filled += (texts[number] if number < len(texts) else "{}") + part
    return _cut(" ".join([filled, *texts[len(parts) - 1 :]])), texts


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


log = Log()
