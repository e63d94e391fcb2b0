import assert from "node:assert/strict";
import { test } from "node:test";
import { problemOf, readResults } from "../src/lib/sparql.js";

test("results are read by their form", () => {
  assert.deepEqual(readResults({ head: {}, boolean: false }), { kind: "boolean", value: false });
  const rows = [{ n: { type: "literal", value: "1" } }];
  const read = readResults({ head: { vars: ["n", "m"] }, results: { bindings: rows } });
  assert.deepEqual(read, { kind: "bindings", columns: ["n", "m"], rows });
  assert.throws(() => readResults([]), TypeError);
});

test("a problem keeps what the server says of it", async () => {
  const body = JSON.stringify({ title: "Malformed query", detail: "x", line: 3, column: 7, type: "urn:t" });
  const response = new Response(body, { status: 400, headers: { "Retry-After": "9" } });
  assert.deepEqual(await problemOf(response), {
    title: "Malformed query",
    status: 400,
    detail: "x",
    type: "urn:t",
    line: 3,
    column: 7,
    retryAfter: 9,
  });
});

test("a proxy's page is a problem too", async () => {
  const problem = await problemOf(new Response("<html>", { status: 502, statusText: "Bad Gateway" }));
  assert.equal(problem.title, "Bad Gateway");
  assert.equal(problem.retryAfter, null);
  assert.equal(problem.line, null);
});
