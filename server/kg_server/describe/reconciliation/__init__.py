"""Reconciliation: candidates for a name, scored by name, type and properties; values of properties to fill columns."""
