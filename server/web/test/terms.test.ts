import assert from "node:assert/strict";
import { test } from "node:test";
import { numeric, plain, shorten, type Term, turtle } from "../src/lib/terms.js";

const prefixes = { ex: "https://example.org/", id: "https://example.org/id/" };
const mask: Term = { type: "uri", value: "https://example.org/id/mask" };

test("the longest namespace abbreviates, and only what can be abbreviated", () => {
  assert.equal(shorten("https://example.org/id/mask", prefixes), "id:mask");
  assert.equal(shorten("https://example.org/id/a/b", prefixes), "https://example.org/id/a/b");
  assert.equal(shorten("urn:x", prefixes), "urn:x");
});

test("a literal is written as Turtle writes it", () => {
  assert.equal(turtle({ type: "literal", value: 'a "b"\\\n' }), '"a \\"b\\"\\\\\\n"');
  assert.equal(turtle({ type: "literal", value: "topeng", "xml:lang": "id" }), '"topeng"@id');
  const typed: Term = { type: "literal", value: "3", datatype: "http://www.w3.org/2001/XMLSchema#integer" };
  assert.equal(turtle(typed, { xsd: "http://www.w3.org/2001/XMLSchema#" }), '"3"^^xsd:integer');
});

test("a triple term shows its three terms, however deep", () => {
  const inner: Term = {
    type: "triple",
    value: { subject: mask, predicate: mask, object: { type: "literal", value: "x" } },
  };
  assert.equal(plain(inner, prefixes), '<<( id:mask id:mask "x" )>>');
  const outer: Term = { type: "triple", value: { subject: mask, predicate: mask, object: inner } };
  assert.equal(plain(outer, prefixes), '<<( id:mask id:mask <<( id:mask id:mask "x" )>> )>>');
});

test("only numbers are numbers", () => {
  const xsd = "http://www.w3.org/2001/XMLSchema#";
  assert.equal(numeric({ type: "literal", value: "1.5", datatype: `${xsd}decimal` }), 1.5);
  assert.equal(numeric({ type: "literal", value: "1.5" }), null);
  assert.equal(numeric({ type: "literal", value: "many", datatype: `${xsd}integer` }), null);
  assert.equal(numeric(undefined), null);
});
