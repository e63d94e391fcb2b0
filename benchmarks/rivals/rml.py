"""The RML mapping of the exported tables: a triples map for each, with constant predicates but for named quads."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from benchmarks.rivals.export import Column, Slot

PREFIXES = """@prefix rr: <http://www.w3.org/ns/r2rml#> .
@prefix rml: <http://semweb.mmlab.be/ns/rml#> .
@prefix ql: <http://semweb.mmlab.be/ns/ql#> .
@prefix map: <urn:map:> .
"""


def mapping(columns: list[Column], folder: Path) -> str:
    """Return the mapping in Turtle, for files in a folder."""
    files: dict[str, list[Column]] = defaultdict(list)
    for column in columns:
        files[column.file].append(column)
    return PREFIXES + "".join(_map(folder / file, held) for file, held in files.items())


def _map(file: Path, columns: list[Column]) -> str:
    named = columns[0].slot.predicate == ""
    parts = "".join(f"  rr:predicateObjectMap [ {_quad(column)} ] ;\n" for column in columns)
    source = f'rml:logicalSource [ rml:source "{file}" ; rml:referenceFormulation ql:CSV ]'
    subject = f'rr:subjectMap [ rml:reference "{"s" if named else "id"}" ; rr:termType rr:IRI ]'
    return f"map:{file.stem} {source} ;\n{parts}  {subject} .\n"


def _quad(column: Column) -> str:
    slot = column.slot
    target = f"rr:objectMap [ {_object(column.name, slot)} ]"
    if slot.predicate:
        return f"rr:predicate <{slot.predicate}> ; {target}"
    return f'rr:predicateMap [ rml:reference "p" ] ; {target} ; rr:graphMap [ rml:reference "g" ]'


def _object(name: str, slot: Slot) -> str:
    if slot.kind == "class":
        return f"rr:constant <{slot.of}> ; rr:termType rr:IRI"
    ending = {
        "iri": "; rr:termType rr:IRI",
        "words": f'; rr:language "{slot.of}"',
        "value": f"; rr:datatype <{slot.of}>",
    }
    return f'rml:reference "{name}" {ending.get(slot.kind, "")}'
