"""Arguments in, a call, problems shown well."""

import signal
import sys

try:
    from docgraph.cli.commands import main
except KeyboardInterrupt:  # loading takes a good part of a second, and Ctrl-C within it is no error of ours
    sys.exit(128 + signal.SIGINT)

__all__ = ["main"]
