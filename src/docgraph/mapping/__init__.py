"""What authors use: loading their modules, running handlers, entity classes, generating typed ones."""

from docgraph.mapping.entity import Entity
from docgraph.mapping.generate import generate
from docgraph.mapping.load import Handlers, load_handlers
from docgraph.mapping.log import log
from docgraph.mapping.run import SourceHandlers

__all__ = ["Entity", "Handlers", "SourceHandlers", "generate", "load_handlers", "log"]
