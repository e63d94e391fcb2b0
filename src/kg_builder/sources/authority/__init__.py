"""The authority file as an index on disk, so that a build or a check does not read again what has not changed."""
