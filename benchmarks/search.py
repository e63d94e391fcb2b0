"""Search as somebody types, in a release of 100,000 entities, beside a SPARQL query that filters labels."""
