import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bindings, Row } from "../src/lib/sparql.js";
import type { Term } from "../src/lib/terms.js";
import { fromResults, rolesOf, viewsOf } from "../src/views/results.js";

const XSD = "http://www.w3.org/2001/XMLSchema#";
const EDTF = "http://id.loc.gov/datatypes/edtf/EDTF";
const site = { prefixes: { ex: "https://example.org/" }, base: "https://example.org/", root: "/kg" };

const iri = (local: string): Term => ({ type: "uri", value: `https://example.org/${local}` });
const text = (value: string, lang?: string): Term => ({
  type: "literal",
  value,
  ...(lang ? { "xml:lang": lang } : {}),
});
const typed = (value: string, datatype: string): Term => ({ type: "literal", value, datatype });
const number = (value: string) => typed(value, `${XSD}integer`);

function results(...rows: Row[]): Bindings {
  return { kind: "bindings", columns: [...new Set(rows.flatMap((row) => Object.keys(row)))], rows };
}

test("names of roles say what a column is", () => {
  const found = fromResults(
    results({
      from: iri("id/a"),
      fromLabel: text("A", "en"),
      relation: iri("lends"),
      to: iri("id/b"),
      said: typed("true", `${XSD}boolean`),
    }),
    "graph",
    site,
  );
  assert.deepEqual(found?.nodes, [
    { id: "https://example.org/id/a", label: "A", lang: "en", href: "/kg/id/a?format=html" },
    {
      id: "https://example.org/id/b",
      label: "https://example.org/id/b",
      href: "/kg/id/b?format=html",
    },
  ]);
  assert.deepEqual(found?.edges, [
    { from: "https://example.org/id/a", to: "https://example.org/id/b", label: "ex:lends", said: true },
  ]);
});

test("without names, what the columns hold says it", () => {
  const triples = results({ s: iri("a"), p: iri("lends"), o: iri("b") });
  assert.deepEqual(viewsOf(triples), ["graph"]);
  assert.equal(fromResults(triples, "graph", site)?.edges[0]?.label, "ex:lends");
  const counted = results(
    { who: iri("a"), whoName: text("Anna"), n: number("3") },
    { who: iri("b"), whoName: text("Budi"), n: number("5") },
  );
  assert.deepEqual(viewsOf(counted), ["chart"]);
  assert.deepEqual(
    fromResults(counted, "chart", site)?.bars.map(({ label, value, bound }) => [label, value, bound]),
    [
      ["Anna", 3, "exact"],
      ["Budi", 5, "exact"],
    ],
  );
  const dated = results({
    event: iri("a"),
    eventLabel: text("Loan"),
    day: typed("2024-03-20T10:00:00Z", `${XSD}dateTime`),
  });
  assert.equal(viewsOf(dated)[0], "timeline");
  assert.deepEqual(fromResults(dated, "timeline", site)?.items[0], {
    label: "Loan",
    href: "/kg/a?format=html",
    start: "2024-03-20",
  });
});

test("dates in EDTF stay as they are", () => {
  const found = fromResults(results({ label: text("x"), start: typed("196X/198X", EDTF) }), "timeline", site);
  assert.equal(found?.items[0]?.start, "196X/198X");
});

test("rows of one country are one place", () => {
  const code = (value: string) => typed(value, "http://purl.org/dc/terms/ISO3166");
  const rows = results(
    { where: code("ID"), item: iri("a"), itemLabel: text("Anna") },
    { where: code("ID"), item: iri("b"), itemLabel: text("Budi") },
    { where: code("RU"), item: iri("c"), itemLabel: text("Cipta") },
  );
  const found = fromResults(rows, "map", site);
  assert.deepEqual(
    found?.places.map(({ label, items }) => [label, items?.length]),
    [
      ["ID", 2],
      ["RU", 1],
    ],
  );
});

test("a point in well-known text has degrees", () => {
  const rows = results({
    label: text("Here"),
    at: typed("POINT(106.8 -6.2)", "http://www.opengis.net/ont/geosparql#wktLiteral"),
  });
  const [place] = fromResults(rows, "map", site)?.places ?? [];
  assert.deepEqual([place?.lon, place?.lat, place?.label], [106.8, -6.2, "Here"]);
});

test("bounds are kept", () => {
  const bound: Term = { type: "uri", value: "https://w3id.org/rujukan/ns#moreThan" };
  assert.equal(
    fromResults(results({ label: text("x"), value: number("5"), bound }), "chart", site)?.bars[0]?.bound,
    "more",
  );
});

test("what cannot be drawn is not", () => {
  assert.deepEqual(viewsOf(results({ x: text("a"), y: text("b") })), []);
  assert.equal(rolesOf({ kind: "bindings", columns: ["from", "to"], rows: [] }, "graph"), null);
  assert.equal(fromResults(results({ x: text("a") }), "map", site), null);
});

test("an IRI of the base that is no plain path does not become a page", () => {
  const rows = results({
    label: text("x"),
    value: number("1"),
    item: { type: "uri", value: "https://example.org//evil.example" },
  });
  assert.equal(fromResults(rows, "chart", site)?.bars[0]?.href, "https://example.org//evil.example");
  const script = results({ label: text("x"), value: number("1"), item: { type: "uri", value: "javascript:alert(1)" } });
  assert.equal(fromResults(script, "chart", site)?.bars[0]?.href, undefined);
});
