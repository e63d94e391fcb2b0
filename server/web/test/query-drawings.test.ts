import assert from "node:assert/strict";
import { test } from "node:test";
import type { Answer } from "../src/query/ask.js";
import type { Setting } from "../src/query/cells.js";
import { bindingsOf, drawingsOf, withNames } from "../src/query/drawings.js";
import { readTerm } from "../src/query/read.js";

const TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>";

function answer(kind: Answer["kind"], columns: string, ...rows: string[]): Answer {
  return {
    kind,
    columns: columns.split(" "),
    rows: rows.map((row) => row.split(" ").map((each) => readTerm(each))),
    verdict: null,
    cut: null,
    milliseconds: 1,
  };
}

const setting: Setting = {
  base: "https://example.org/",
  root: "",
  language: "en",
  prefixes: { ex: "https://example.org/" },
  labelOf: (iri) => (iri.endsWith("anna") ? { text: "Anna", lang: null } : null),
};

test("triples between things are a graph; kinds are told, and texts left out", () => {
  const triples = answer(
    "triples",
    "subject predicate object",
    "<https://example.org/anna> <urn:lends> <urn:b>",
    `<https://example.org/anna> ${TYPE} <urn:Person>`,
    '<https://example.org/anna> <urn:name> "A"',
  );
  assert.deepEqual(drawingsOf(triples), ["graph"]);
  const { rows } = bindingsOf(triples);
  assert.equal(rows.length, 1);
  assert.deepEqual(
    rows.map(({ fromKind }) => fromKind),
    [{ type: "uri", value: "urn:Person" }],
  );
  const texts = answer("triples", "subject predicate object", '<urn:a> <urn:name> "A"');
  assert.deepEqual(drawingsOf(texts), []);
});

test("names stand beside the things of an answer that has none itself", () => {
  const bare = bindingsOf(answer("rows", "who n", "<https://example.org/anna> 3", "<https://example.org/budi> 4"));
  const named = withNames(bare, setting);
  assert.deepEqual(named.columns, ["who", "n", "whoLabel"]);
  assert.deepEqual(
    named.rows.map(({ whoLabel }) => whoLabel?.value),
    ["Anna", "ex:budi"],
  );
  const own = bindingsOf(answer("rows", "who whoName", '<https://example.org/anna> "A."'));
  assert.deepEqual(withNames(own, setting).columns, ["who", "whoName"]);
  assert.ok(drawingsOf(answer("rows", "who n", "<urn:a> 3")).includes("chart"));
});

test("a kind is shown by its name alone", () => {
  const kinds = bindingsOf(answer("rows", "label kind", '"x" <https://example.org/anna>'));
  assert.deepEqual(
    withNames(kinds, setting).rows.map(({ kind }) => kind),
    [{ type: "literal", value: "Anna" }],
  );
});
