import assert from "node:assert/strict";
import { test } from "node:test";
import { pageOf, question } from "../src/views/graph/expand.js";
import { layOut } from "../src/views/graph/layout.js";
import { byImportance, model, towards } from "../src/views/graph/model.js";
import { lines, overlap, place, type Wanted } from "../src/views/labels.js";
import type { GraphData } from "../src/views/types.js";

/** Numbers that look random and are always the same. */
function* random(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state / 2_147_483_648;
  }
}

function large(nodes: number, edges: number): GraphData {
  const numbers = random(7);
  const next = () => numbers.next().value as number;
  return {
    nodes: Array.from({ length: nodes }, (_, index) => ({
      id: `n${index}`,
      label: `Node ${index}`,
      kind: `k${index % 5}`,
    })),
    edges: Array.from({ length: edges }, () => ({
      from: `n${Math.floor(next() ** 2 * nodes)}`,
      to: `n${Math.floor(next() * nodes)}`,
      label: "knows",
    })),
  };
}

test("several relations with one neighbour are one line, and what leads nowhere is none", () => {
  const node = (id: string) => ({ id, label: id });
  const edge = (from: string, to: string, label: string) => ({ from, to, label });
  const found = model({
    nodes: [node("a"), node("b"), node("a")],
    edges: [
      edge("a", "b", "lends"),
      edge("b", "a", "thanks"),
      edge("a", "b", "lends"),
      edge("a", "a", "is"),
      edge("a", "c", "x"),
    ],
  });
  assert.equal(found.spots.length, 2);
  assert.deepEqual(
    found.lines.map((line) => line.edges.map(({ label }) => label)),
    [["lends", "thanks"]],
  );
  assert.deepEqual(found.relations, [
    { name: "lends", count: 1 },
    { name: "thanks", count: 1 },
  ]);
});

test("the same graph lies in the same place", () => {
  const [one, two] = [model(large(120, 300)), model(large(120, 300))];
  layOut(one, 1.5);
  layOut(two, 1.5);
  assert.deepEqual(
    one.spots.map(({ x, y }) => [x, y]),
    two.spots.map(({ x, y }) => [x, y]),
  );
  assert.ok(one.spots.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)));
});

test("what comes later leaves the others near where they were, and what is held where it is", () => {
  const before = model(large(60, 120));
  layOut(before, 1.5);
  const [held] = before.spots;
  assert.ok(held);
  held.held = true;
  const data = large(60, 120);
  const more = {
    nodes: [...data.nodes, { id: "new", label: "New" }],
    edges: [...data.edges, { from: "n3", to: "new", label: "x" }],
  };
  const after = model(more, before);
  layOut(after, 1.5);
  const moved = before.spots.map((spot) =>
    Math.hypot((after.find(spot.node.id)?.x ?? 0) - spot.x, (after.find(spot.node.id)?.y ?? 0) - spot.y),
  );
  assert.equal(moved[0], 0);
  assert.ok(moved.reduce((a, b) => a + b, 0) / moved.length < 60, String(moved));
  assert.ok(Number.isFinite(after.find("new")?.x));
});

test("marks do not cover each other", () => {
  const graph = model(large(300, 800));
  layOut(graph, 1.5);
  for (const [index, a] of graph.spots.entries()) {
    for (const b of graph.spots.slice(index + 1))
      assert.ok(Math.hypot(a.x - b.x, a.y - b.y) > 14, `${a.node.id} ${b.node.id}`);
  }
});

test("labels never overlap, stay in their bounds, and the important ones come first", () => {
  const numbers = random(3);
  const next = (most: number) => (numbers.next().value as number) * most;
  for (let round = 0; round < 20; round++) {
    const wanted: Wanted[] = Array.from({ length: 150 }, (_, index) => ({
      x: next(900),
      y: next(600),
      radius: 4 + next(8),
      width: 30 + next(140),
      height: 18 + next(28),
      urgent: index < 8,
    }));
    const bounds = { x: 0, y: 0, width: 900, height: 600 };
    const corner = { x: 700, y: 550, width: 200, height: 50 };
    const boxes = place(wanted, { bounds, taken: [corner] });
    const shown = boxes.filter((box) => box !== null);
    assert.ok(shown.length > 8);
    for (const [index, a] of shown.entries()) {
      assert.ok(a.x >= 0 && a.y >= 0 && a.x + a.width <= 900 && a.y + a.height <= 600);
      assert.ok(!overlap(a, corner));
      for (const b of shown.slice(index + 1)) assert.ok(!overlap(a, b));
    }
    for (const [index, box] of boxes.entries()) {
      if (!box || wanted[index]?.urgent) continue;
      for (const { x, y, radius } of wanted) {
        assert.ok(!overlap(box, { x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius }));
      }
    }
  }
});

test("long labels break between words, and end in an ellipsis", () => {
  assert.deepEqual(lines("short", 22, 3), ["short"]);
  assert.deepEqual(lines("a label of several words that is long", 12, 2), ["a label of", "several…"]);
  assert.deepEqual(lines("Donaudampfschifffahrtsgesellschaft", 12, 2), ["Donaudampfs…"]);
  assert.deepEqual(lines("  ", 12, 2), []);
});

test("an arrow key leads to the neighbour that lies there", () => {
  const graph = model({
    nodes: ["a", "left", "right", "far", "stranger"].map((id) => ({ id, label: id })),
    edges: ["left", "right", "far"].map((to) => ({ from: "a", to, label: "x" })),
  });
  const put = (id: string, x: number, y: number) => Object.assign(graph.find(id) ?? {}, { x, y });
  for (const [id, x, y] of [
    ["a", 0, 0],
    ["left", -10, 2],
    ["right", 10, 1],
    ["far", 90, 0],
    ["stranger", 5, 0],
  ] as const)
    put(id, x, y);
  const a = graph.find("a");
  assert.ok(a);
  const seen = () => true;
  assert.equal(towards(a, 1, 0, seen)?.node.id, "right");
  assert.equal(towards(a, -1, 0, seen)?.node.id, "left");
  assert.equal(towards(a, 0, -1, seen), null);
  assert.equal(towards(a, 1, 0, ({ node }) => node.id !== "right")?.node.id, "far");
  assert.equal(byImportance(graph.spots)[0]?.node.id, "a");
});

test("the question for neighbours names the node and the language", () => {
  const text = question("https://example.org/id/a", "id");
  assert.ok(text.includes("<https://example.org/id/a> ?relation ?other"));
  assert.ok(text.includes('LANG(?own) = "id"'));
});

test("a page's address is told from one that is known", () => {
  const known = [
    { id: "x", label: "x" },
    { id: "https://example.org/kg/id/anna", label: "Anna", href: "/id/anna?format=html&lang=en" },
  ];
  assert.equal(pageOf("https://example.org/kg/id/budi", known), "/id/budi?format=html&lang=en");
  assert.equal(pageOf("https://elsewhere.example/id/budi", known), undefined);
  assert.equal(pageOf("https://example.org/kg/id/budi", []), undefined);
});
