"""A read-only SPARQL endpoint over one release of a knowledge graph.

The package reads a release (its store, `manifest.json`, `queries.json` and dumps) and nothing else: it knows no
source format and no word of any graph's own vocabulary. Imports run one way:
`http <- lexer, guard <- backends <- describe, pages <- app <- run`.

`kg_server.app.create_app` makes the application, `kg_server.run.serve` serves it.
"""
