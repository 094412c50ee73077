"""The dialect, case by case: tables of queries and the answers that the specification gives them."""
