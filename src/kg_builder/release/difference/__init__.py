"""What one graph says that another does not, and that in words."""
