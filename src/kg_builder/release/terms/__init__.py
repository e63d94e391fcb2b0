"""RDF as text: N-Quads lines taken apart, and written again as Turtle, TriG and JSON-LD that people read."""
