"""HTTP as pure functions: protocol, negotiation, formats, problems. No input or output happens here."""
