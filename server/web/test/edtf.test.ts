import assert from "node:assert/strict";
import { test } from "node:test";
import { readDate, readEdtf, whenOf } from "../src/views/edtf.js";

const day = (text: string) => Date.parse(`${text}T00:00:00Z`);

test("a date is as long as it is known", () => {
  assert.deepEqual(readDate("2024-06-28")?.stretch, { from: day("2024-06-28"), to: day("2024-06-29") });
  assert.deepEqual(readDate("2024-02")?.stretch, { from: day("2024-02-01"), to: day("2024-03-01") });
  assert.deepEqual(readDate("2024")?.stretch, { from: day("2024-01-01"), to: day("2025-01-01") });
  assert.deepEqual(readDate("196X")?.stretch, { from: day("1960-01-01"), to: day("1970-01-01") });
  assert.deepEqual(readDate("19XX")?.stretch, { from: day("1900-01-01"), to: day("2000-01-01") });
});

test("years before the hundredth are not those of the last century", () => {
  assert.equal(new Date(readDate("0033")?.stretch.from ?? 0).getUTCFullYear(), 33);
});

test("what is no date is none", () => {
  for (const text of ["", "soon", "2024-13", "2024-02-30", "196X-01", "2024-6-1", "20240628"]) {
    assert.equal(readDate(text), null, text);
  }
  for (const text of ["2024/2023", "[2024..2023]", "../..", "a/b", "2024/soon"])
    assert.equal(readEdtf(text), null, text);
});

test("doubt makes a date approximate", () => {
  for (const text of ["1623~", "1623?", "1623%"]) assert.equal(readEdtf(text)?.about, true, text);
  assert.equal(readEdtf("1623")?.about, false);
});

test("an interval lasts, a choice happens once", () => {
  assert.deepEqual(readEdtf("196X/198X"), {
    start: { from: day("1960-01-01"), to: day("1970-01-01") },
    end: { from: day("1980-01-01"), to: day("1990-01-01") },
    once: false,
    about: false,
  });
  const choice = readEdtf("[2023-10-19..2023-10-20]");
  assert.deepEqual(choice?.start, { from: day("2023-10-19"), to: day("2023-10-21") });
  assert.equal(choice?.once, true);
  assert.equal(readEdtf("1922/..")?.end, null);
  assert.equal(readEdtf("../1922")?.start, null);
});

test("bounds stand in for a date that is missing", () => {
  assert.equal(whenOf({ label: "x" }), null);
  assert.equal(whenOf({ label: "x", earliest: "2024-01-01", latest: "2024-02-01" })?.once, true);
  assert.equal(whenOf({ label: "x", earliest: "2024-01-01" })?.end, null);
  assert.equal(whenOf({ label: "x", start: "2024", end: "2025" })?.once, false);
  assert.equal(whenOf({ label: "x", start: "soon" }), null);
});
