import assert from "node:assert/strict";
import { test } from "node:test";
import { ticks } from "../src/views/ticks.js";
import { beginning, extent } from "../src/views/timeline/window.js";

const day = (text: string) => Date.parse(`${text}T00:00:00Z`);
const DAY = 86_400_000;

test("marks are as wide apart as their labels need, whatever the zoom", () => {
  for (let length = DAY; length < 2000 * 366 * DAY; length *= 1.7) {
    const from = day("1623-03-05");
    const found = ticks(from, from + length, 800, "en", 72);
    assert.ok(found.length <= 800 / 50, `${length}: ${found.length}`);
    assert.ok(length < 3 * DAY || found.length > 0, `${length}`);
    for (const [index, { at }] of found.entries()) {
      assert.ok(at >= from && at <= from + length);
      const former = found[index - 1];
      // Months and leap years differ a little in length.
      if (former) assert.ok(((at - former.at) / length) * 800 > 40, `${length}: ${(at - former.at) / DAY}`);
    }
  }
});

test("marks speak the language of the page", () => {
  const labels = (language: string) =>
    ticks(day("2023-10-01"), day("2024-07-01"), 800, language).map(({ label }) => label);
  assert.deepEqual(labels("en").slice(0, 5), ["Oct 2023", "Nov", "Dec", "Jan 2024", "Feb"]);
  assert.deepEqual(labels("id").slice(0, 5), ["Okt 2023", "Nov", "Des", "Jan 2024", "Feb"]);
});

test("years before the hundredth are marked as what they are", () => {
  assert.deepEqual(
    ticks(Date.UTC(0, 0, 1) - 1900 * 365.2425 * DAY, day("0100-01-01"), 400, "en")
      .map(({ label }) => label)
      .slice(-1),
    ["100"],
  );
});

test("one begins where most things are, and sees what is near", () => {
  const crowd = ["2023-10-19", "2023-10-20", "2023-11-01", "2023-12-01", "2024-06-28"].map((text) => ({
    from: day(text),
    to: day(text) + DAY,
  }));
  const old = { from: day("1623-01-01"), to: day("1624-01-01") };
  const window = beginning([old, ...crowd]);
  assert.ok(window.from > day("2023-01-01") && window.from < day("2023-10-19"));
  assert.ok(window.to > day("2023-12-01"));
  const even = ["2023-01-01", "2023-03-01", "2023-05-01", "2023-07-01", "2023-09-01"].map((text) => ({
    from: day(text),
    to: day(text) + DAY,
  }));
  assert.deepEqual(beginning(even), extent(even));
  const [few] = crowd;
  assert.ok(few);
  assert.deepEqual(beginning([old, few]), extent([old, few]));
});
