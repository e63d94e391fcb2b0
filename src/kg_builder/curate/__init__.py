"""What a person decides of the suggester's proposals, and how that is written into the files."""
