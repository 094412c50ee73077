"""Arguments in, a call, problems shown well."""

from docgraph.cli.commands import main

__all__ = ["main"]
