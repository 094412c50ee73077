"""Documents in, a typed GraphQL API out, always up to date.

These are the names that mappings use; the rooms beneath are for docgraph itself.
"""

from docgraph.mapping.entities import entities
from docgraph.mapping.entity import Derived, Entity
from docgraph.mapping.log import log
from docgraph.model.document import Batch, Document, Record

__all__ = ["Batch", "Derived", "Document", "Entity", "Record", "entities", "log"]
