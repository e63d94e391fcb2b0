"""Links to another authority: candidates from a snapshot or a reconciliation service, for a person to confirm."""
