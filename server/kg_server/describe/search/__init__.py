"""Search over names and quoted phrases: folding, the index of a release, what fills it, and how matches are ranked."""
