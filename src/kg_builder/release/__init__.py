"""The last stage of the builder: quads become an immutable release, and `build/current` moves to it."""
