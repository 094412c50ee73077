"""What authors write to the log from a handler. Where it goes is for those who observe events."""

from __future__ import annotations

from docgraph.mapping.collect import current


class Log:
    """`log.info("{} has no salary", document.path)`: each {} stands for the next value."""

    def debug(self, text: str, *values: object) -> None:
        """For the author, while developing."""
        current("log.debug()").log("debug", _filled(text, values))

    def info(self, text: str, *values: object) -> None:
        """Worth knowing."""
        current("log.info()").log("info", _filled(text, values))

    def warning(self, text: str, *values: object) -> None:
        """Worth a look. To refuse a document, raise an exception instead."""
        current("log.warning()").log("warning", _filled(text, values))

    def error(self, text: str, *values: object) -> None:
        """Wrong, although the document is indexed. To refuse it, raise an exception instead."""
        current("log.error()").log("error", _filled(text, values))


def _filled(text: str, values: tuple[object, ...]) -> str:
    """Values without a place are put at the end, places without a value stay."""
    parts = str(text).split("{}")
    filled = parts[0]
    for number, part in enumerate(parts[1:]):
        filled += (str(values[number]) if number < len(values) else "{}") + part
    return " ".join([filled, *map(str, values[len(parts) - 1 :])])


log = Log()
