"""From what changed to a release: the stages in order, and who runs them."""
