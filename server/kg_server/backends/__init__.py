"""What answers queries, behind one small interface."""
