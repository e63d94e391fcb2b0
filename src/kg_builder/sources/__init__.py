"""What people wrote, read strictly: every error with its file, line and column."""
