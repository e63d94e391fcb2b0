import assert from "node:assert/strict";
import { test } from "node:test";
import { fold, matches } from "../src/filter.js";
import { format } from "../src/lib/words.js";

test("case and accents do not matter", () => {
  assert.equal(fold("Éxposé ŻÓŁW"), "expose zołw");
});

test("every word asked for must begin a word of the text", () => {
  assert.ok(matches("Who lent what to whom?", "wh len"));
  assert.ok(matches("Who lent what to whom?", "  "));
  assert.ok(!matches("Who lent what to whom?", "ent"));
  assert.ok(!matches("Who lent what to whom?", "who mask"));
});

test("fields are filled in once, and unknown ones stay", () => {
  assert.equal(format("{n} of {total}, {other}", { n: 1, total: "{n}" }), "1 of {n}, {other}");
});
