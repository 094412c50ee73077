"""The GraphQL contract: types from the model, operations to plans, answers over HTTP."""
