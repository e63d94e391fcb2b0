"""Help for whoever curates: what a text seems to say, offered and never taken for a fact."""
