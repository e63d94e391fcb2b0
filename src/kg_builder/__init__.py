"""Rujukan's builder: reviewed records become attested facts, RDF and an immutable release."""
