import assert from "node:assert/strict";
import { test } from "node:test";
import { isWide, scaleOf, share } from "../src/views/chart.js";

test("lengths are in proportion, and the largest fills the room", () => {
  const scale = scaleOf([10, 20, 70]);
  assert.equal(scale.log, false);
  assert.equal(share(70, scale), 1);
  assert.equal(share(35, scale), 0.5);
  assert.equal(share(0, scale), 0);
});

test("values that differ more than a thousandfold go by powers of ten, in order, all of them seen", () => {
  const values = [554, 2600, 4_500_000, 50_000_000];
  assert.ok(isWide(values));
  const scale = scaleOf(values);
  const shares = values.map((each) => share(each, scale));
  assert.deepEqual(
    shares,
    [...shares].sort((a, b) => a - b),
  );
  assert.ok((shares[0] ?? 0) > 0.02);
  assert.equal(shares.at(-1), 1);
  assert.ok(Math.abs((shares[3] ?? 0) - (shares[2] ?? 0) - (share(5e7, scale) - share(4.5e6, scale))) < 1e-9);
});

test("zero and what lies below have no power of ten", () => {
  assert.equal(isWide([0, 5_000_000]), false);
  assert.equal(isWide([-3, 5_000_000]), false);
  assert.equal(share(-3, scaleOf([-3, 5])), 0);
  assert.equal(share(5, scaleOf([])), 0);
});

test("one value alone fills the room on either scale", () => {
  assert.equal(share(5, scaleOf([5], true)), 1);
  assert.equal(share(5, scaleOf([5], false)), 1);
});
