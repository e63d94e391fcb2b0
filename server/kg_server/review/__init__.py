"""The review page: a small application of its own, for one machine, never part of the public server."""
