"""The reading side: a plan, its SQL. Knows nothing of GraphQL libraries."""
