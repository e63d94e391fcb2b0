import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { letters, locate, middle, read } from "../src/views/map/countries.js";

const folder = path.join(process.env.RUJUKAN_WEB ?? process.cwd(), "node_modules/world-atlas");
const outlines = JSON.parse(await readFile(path.join(folder, "countries-110m.json"), "utf8"));
const world = read(outlines, "id");

test("a number of ISO 3166-1 has two letters", () => {
  assert.equal(letters("360"), "ID");
  assert.equal(letters("8"), "AL");
  assert.equal(letters("000"), null);
  assert.equal(letters("x"), null);
});

test("a country is found by letters, by number, and by its name in English or the page's language", () => {
  for (const key of ["ID", "id", "360", "Indonesia"]) assert.equal(world.find(key)?.code, "ID", key);
  for (const key of ["FI", "246", "Finland"]) assert.equal(world.find(key)?.code, "FI", key);
  assert.equal(world.find("CD")?.name, "Kongo - Kinshasa");
  assert.equal(world.find("Atlantis"), undefined);
});

test("nearly every country of the atlas has its code and name", () => {
  assert.ok(world.countries.length > 170);
  assert.ok(world.countries.filter(({ code }) => !code).length <= 4);
});

test("the middle of a country lies in its largest piece", () => {
  const france = world.find("FR");
  assert.ok(france);
  const [lon, lat] = middle(france.shape);
  assert.ok(lon > -2 && lon < 7 && lat > 44 && lat < 50, `${lon} ${lat}`);
});

test("places are drawn by country or by point, the largest first; others are named", () => {
  const { spots, unknown } = locate(
    [
      { label: "Peru", country: "PE", items: [{ label: "a" }] },
      { label: "BR", country: "BR", value: 7 },
      { label: "A house", lat: 1.5, lon: 103 },
      { label: "Atlantis", country: "Atlantis" },
    ],
    world,
  );
  assert.deepEqual(
    spots.map(({ name, value }) => [name, value]),
    [
      ["Brasil", 7],
      ["Peru", 1],
      ["A house", 0],
    ],
  );
  assert.deepEqual(spots[2]?.at, [103, 1.5]);
  assert.deepEqual(
    unknown.map(({ label }) => label),
    ["Atlantis"],
  );
});
