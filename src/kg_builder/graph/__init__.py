"""From records to quads, and the checks on them: pure functions."""
