"""What the server says about itself: the release, its saved queries, the service description."""
