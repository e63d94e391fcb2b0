"""What clients ask of a reconciliation service (Reconciliation Service API 0.2, sections 4 and 7); pure.

The models follow the specification's text. A query with an empty text finds nothing, so that one empty cell spoils no
batch.
"""

from __future__ import annotations

import json
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from kg_server.http.problems import BadParameter

BATCH = 50
"""Queries of a batch, as the manifest says."""
MOST_BYTES = 512 << 10
"""Of a request's body: a batch of rows in another alphabet is long when it is percent-encoded."""
MOST_CANDIDATES, CANDIDATES = 50, 10
MOST_IDS, MOST_PROPERTIES, MOST_VALUES, MOST_TYPES = 200, 20, 20, 20
_LONGEST_KEY, _LONGEST_TEXT = 200, 2000

Strictness = Literal["any", "should", "all"]
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=_LONGEST_TEXT)]
Text = Annotated[str, StringConstraints(max_length=_LONGEST_TEXT)]
Read = TypeVar("Read", bound=BaseModel)


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)


class Thing(_Model):
    """A value that is an entity: it was matched before (section 3.4)."""

    id: Identifier


Value = Text | bool | int | float | Thing


class Evidence(_Model):
    """A property and the values that an entity should have of it."""

    pid: Identifier
    v: Value | Annotated[list[Value], Field(max_length=MOST_VALUES)]

    @property
    def values(self) -> tuple[Value, ...]:
        """The values, whether one was given or a list."""
        return tuple(self.v) if isinstance(self.v, list) else (self.v,)


class Query(_Model):
    """One reconciliation query (section 4.1)."""

    # A condition whose name is misspelt would be passed over in silence.
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    query: Text | None = None
    type: Identifier | Annotated[list[Identifier], Field(max_length=MOST_TYPES)] | None = None
    type_strict: Strictness = "should"
    limit: int | float | None = None
    properties: Annotated[list[Evidence], Field(max_length=MOST_PROPERTIES)] = []

    @property
    def types(self) -> tuple[str, ...]:
        """The types, whether one was given or a list."""
        given = self.type or ()
        return (given,) if isinstance(given, str) else tuple(given)

    @property
    def wanted(self) -> int:
        """How many candidates are wanted, within what is possible.

        >>> Query(query="a").wanted, Query(query="a", limit=3.0).wanted, Query(query="a", limit=1e9).wanted
        (10, 3, 50)
        """
        return CANDIDATES if self.limit is None else int(max(1, min(self.limit, MOST_CANDIDATES)))


class _Batch(_Model):
    queries: dict[Annotated[str, StringConstraints(max_length=_LONGEST_KEY)], Query] = Field(max_length=BATCH)


class Settings(_Model):
    """How many values of a property are wanted (section 7.1); 0 stands for all. Forms send numbers as text."""

    limit: int | float | Text | None = None

    @property
    def most(self) -> int | None:
        """The number, None for all.

        >>> Settings(limit="5").most, Settings(limit=0).most, Settings(limit="").most
        (5, None, None)
        """
        text = str(self.limit).partition(".")[0]
        return int(text) or None if text.isascii() and text.isdigit() and len(text) <= len(str(MOST_BYTES)) else None


class Column(_Model):
    """A property whose values are wanted."""

    id: Identifier
    settings: Settings = Settings()


class Extension(_Model):
    """A data extension query (section 7.3)."""

    ids: Annotated[list[Text], Field(max_length=MOST_IDS)]
    properties: Annotated[list[Column], Field(max_length=MOST_PROPERTIES)]


def parse_queries(text: str) -> dict[str, Query]:
    """Read a batch of queries.

    Raises:
        BadParameter: it is no JSON, or no batch; the detail says where.

    >>> batch = parse_queries('{"q0": {"query": "Ana", "type": "ex:Person", "properties": [{"pid": "p", "v": 1}]}}')
    >>> batch["q0"].types, batch["q0"].properties[0].values
    (('ex:Person',), (1,))
    """
    batch = _read(_Batch, {"queries": _load(text, "queries")}, "queries").queries
    for key, query in batch.items():
        if query.query is None and not query.properties:
            message = f"'queries' is not right at {key}: it has neither 'query' nor 'properties'."
            raise BadParameter(message, parameter="queries")
    return batch


def parse_extension(text: str) -> Extension:
    """Read a data extension query.

    Raises:
        BadParameter: it is no JSON, or no such query; the detail says where.

    >>> parse_extension('{"ids": ["ana"], "properties": [{"id": "ex:lender"}]}').properties[0].id
    'ex:lender'
    """
    return _read(Extension, _load(text, "extend"), "extend")


def _load(text: str, parameter: str) -> object:
    try:
        found: object = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        what = f": {error}" if isinstance(error, json.JSONDecodeError) else "."
        message = f"'{parameter}' is not JSON{what}"
        raise BadParameter(message, parameter=parameter) from error
    return found


def _refuse(constant: str) -> object:
    message = f"{constant} is no number of JSON"
    raise ValueError(message)


def _read(model: type[Read], document: object, parameter: str) -> Read:
    try:
        return model.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(each) for each in first["loc"] if each != "queries")[:_LONGEST_KEY]
        message = f"'{parameter}' is not right{f' at {place}' if place else ''}: {first['msg']}."
        raise BadParameter(message, parameter=parameter) from error
