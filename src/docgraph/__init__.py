"""Documents in, a typed GraphQL API out, always up to date.

These are the names that mappings use; the rooms beneath are for docgraph itself.
"""

from docgraph.mapping.entity import Entity
from docgraph.mapping.log import log
from docgraph.model.document import Document, Record

__all__ = ["Document", "Entity", "Record", "log"]
