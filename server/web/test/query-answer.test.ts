import assert from "node:assert/strict";
import { test } from "node:test";
import { XSD } from "../src/lib/terms.js";
import type { Entity } from "../src/query/complete.js";
import { readEntities } from "../src/query/entities.js";
import { History, type Store } from "../src/query/history.js";
import { irisIn, Labels, labelQuery } from "../src/query/labels.js";
import { fill, hasBlock, type Parameter, termFor } from "../src/query/parameters.js";
import { gist } from "../src/query/past.js";
import { type Cells, readTerm, TriplesReader, TsvReader } from "../src/query/read.js";
import { linkTo, readLink } from "../src/query/share.js";
import { LANGUAGES, snippet } from "../src/query/snippets.js";
import { Table } from "../src/query/table.js";
import { writeTurtle, written } from "../src/query/turtle.js";

const EX = "https://example.org/loans/vocab#";
const PREFIXES = { ex: EX, id: "https://example.org/loans/id/", xsd: XSD };

/** The rows that a reader makes of a text that comes in pieces of a length. */
function readTsv(text: string, piece: number, most?: number): TsvReader {
  const reader = new TsvReader(most);
  for (let at = 0; at < text.length; at += piece) reader.push(text.slice(at, at + piece));
  reader.end();
  return reader;
}

const int = (value: number) => ({ type: "literal", value: String(value), datatype: `${XSD}integer` }) as const;
const text = (value: string, lang?: string) =>
  ({ type: "literal", value, ...(lang ? { "xml:lang": lang } : {}) }) as const;

test("TSV keeps every part of a term, however it is cut into pieces", () => {
  const lines = [
    "?a\t?b\t?c",
    '<urn:a>\t"tab\\t, quote\\", \\u00e9\\U0001F600"@en--rtl\t12',
    '_:b0\t\t"1.5"^^<urn:t>',
    '<<( <urn:s> <urn:p> <<( <urn:s> <urn:p> "x" )>> )>>\t""\t-1.5e3',
    "",
  ].join("\n");
  for (const piece of [1, 7, 10_000]) {
    const { columns, rows } = readTsv(lines, piece);
    assert.deepEqual(columns, ["a", "b", "c"]);
    assert.deepEqual(rows, [
      [
        { type: "uri", value: "urn:a" },
        { type: "literal", value: 'tab\t, quote", é😀', "xml:lang": "en", "its:dir": "rtl" },
        int(12),
      ],
      [{ type: "bnode", value: "b0" }, undefined, { type: "literal", value: "1.5", datatype: "urn:t" }],
      [
        {
          type: "triple",
          value: {
            subject: { type: "uri", value: "urn:s" },
            predicate: { type: "uri", value: "urn:p" },
            object: {
              type: "triple",
              value: {
                subject: { type: "uri", value: "urn:s" },
                predicate: { type: "uri", value: "urn:p" },
                object: text("x"),
              },
            },
          },
        },
        text(""),
        { type: "literal", value: "-1.5e3", datatype: `${XSD}double` },
      ],
    ]);
  }
});

test("an answer is read as far as it is wanted", () => {
  const { rows, full } = readTsv(`?n\n${"1\n".repeat(9)}`, 3, 4);
  assert.deepEqual([rows.length, full], [4, true]);
  assert.deepEqual(readTsv("\n\n\n", 1).rows, [[], []]);
  assert.deepEqual(
    [readTsv("true", 2).verdict, readTsv("false\n", 9).verdict, readTsv("?x\n", 9).verdict],
    [true, false, null],
  );
});

test("what is no term is none", () => {
  for (const wrong of ["", "<urn:a", '"open', "<<( <urn:a> <urn:b> )>>"])
    assert.equal(readTerm(wrong), undefined, wrong);
  assert.deepEqual(readTerm("<urn:\\u0041>"), { type: "uri", value: "urn:A" });
  assert.deepEqual(readTerm('"\\UFFFFFFFF"'), text("\\UFFFFFFFF"));
});

test("triples are read from N-Triples and written as Turtle", () => {
  const reader = new TriplesReader();
  reader.push(`<${EX}a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <${EX}B> .\n<${EX}a> <${EX}p> "x\\n\\"y`);
  reader.push(`"@en .\n# c\n\n<${EX}a> <${EX}p> <<( <${EX}a> <${EX}p> "3"^^<${XSD}integer> )>> .\n_:b <${EX}q> <urn:>`);
  reader.end();
  assert.equal(
    writeTurtle(reader.rows, PREFIXES),
    `@prefix ex: <${EX}> .

ex:a a ex:B ;
    ex:p "x\\n\\"y"@en, <<( ex:a ex:p 3 )>> .

_:b ex:q <urn:> .
`,
  );
  assert.equal(written({ type: "literal", value: "é", "xml:lang": "ar", "its:dir": "rtl" }, {}), '"é"@ar--rtl');
  assert.equal(
    written({ type: "literal", value: "2024-01-01", datatype: `${XSD}date` }, PREFIXES),
    '"2024-01-01"^^xsd:date',
  );
});

const ROWS: readonly Cells[] = [
  [text("b"), int(10)],
  [text("a10"), int(9)],
  [text("a9"), undefined],
  [{ type: "uri", value: "urn:z" }, int(9)],
];

function table(rows: readonly Cells[] = ROWS, size = 100): Table {
  return new Table(["name", "n"], rows, (term) => (term.type === "triple" ? "" : term.value), "en", size);
}

test("a table sorts by value, and a third time as the answer has it", () => {
  const sorted = table();
  sorted.sortBy(1);
  assert.deepEqual(sorted.found, [1, 3, 0, 2]);
  sorted.sortBy(1);
  // Equal values stay in order, and what has no value stays last.
  assert.deepEqual(sorted.found, [0, 1, 3, 2]);
  sorted.sortBy(1);
  assert.deepEqual([sorted.found, sorted.sorted], [[0, 1, 2, 3], null]);
  sorted.sortBy(0);
  assert.deepEqual(sorted.found, [3, 2, 1, 0]);
  assert.deepEqual([sorted.isNumeric(0), sorted.isNumeric(1)], [false, true]);
});

test("a table filters in a column or in all, and copies what it shows", () => {
  const filtered = table();
  filtered.filter(" A1", null);
  assert.deepEqual(filtered.found, [1]);
  filtered.filter("9", 1);
  assert.deepEqual(filtered.found, [1, 3]);
  assert.equal(
    filtered.copied((term) => (term.type === "triple" ? "" : `${term.value}\t\n`)),
    "name\tn\na10 \t9 \nurn:z \t9 ",
  );
  filtered.filter("", 0);
  assert.equal(filtered.found.length, 4);
});

test("a table turns pages, and keeps its place when they become longer", () => {
  const rows = Array.from({ length: 250 }, (_, at): Cells => [int(at)]);
  const paged = table(rows, 100);
  assert.deepEqual([paged.pages, paged.shown.length], [3, 100]);
  paged.goTo(99);
  assert.deepEqual([paged.page, paged.first, paged.shown.length], [2, 200, 50]);
  paged.resize(50);
  assert.deepEqual([paged.page, paged.first], [4, 200]);
  paged.filter("24", null);
  assert.deepEqual([paged.page, paged.found.length], [0, 13]);
});

test("ten thousand rows are sorted and filtered at once", () => {
  const rows = Array.from({ length: 10_000 }, (_, at): Cells => [text(`name ${(at * 7919) % 10_000}`), int(at)]);
  const long = table(rows);
  const begun = performance.now();
  long.sortBy(0);
  long.filter("name 77", null);
  assert.equal(long.found.length, 111);
  assert.ok(performance.now() - begun < 2000);
});

test("names are asked for once, in the language of the page", async () => {
  const asked: string[] = [];
  const iri = (value: string) => ({ type: "uri", value }) as const;
  const labels = new Labels("id", async (query) => {
    asked.push(query);
    return [
      [iri("urn:a"), text("A", "en")],
      [iri("urn:a"), text("A-id", "ID")],
      [iri("urn:b"), text("B", "ru")],
    ];
  });
  assert.ok(await labels.load(["urn:a", "urn:b", "urn:c", "urn:bad> } DROP", "urn:a"]));
  assert.deepEqual(
    [labels.get("urn:a"), labels.get("urn:b"), labels.get("urn:c")],
    [{ text: "A-id", lang: null }, { text: "B", lang: "ru" }, null],
  );
  assert.equal(await labels.load(["urn:a", "urn:c"]), false);
  assert.equal(asked.length, 1);
  assert.ok(!asked[0]?.includes("DROP"));
  assert.ok(labelQuery(["urn:x"]).includes("VALUES ?s { <urn:x> }"));
});

test("after a refusal names are not asked for until the next answer", async () => {
  let asked = 0;
  const labels = new Labels("en", async () => {
    asked++;
    throw new Error("429");
  });
  await labels.load(Array.from({ length: 600 }, (_, at) => `urn:${at}`));
  await labels.load(["urn:x"]);
  assert.equal(asked, 1);
  labels.again();
  await labels.load(["urn:x"]);
  assert.equal(asked, 2);
});

test("IRIs are found in triple terms too", () => {
  const triple = readTerm('<<( <urn:s> <urn:p> "x" )>>');
  assert.deepEqual([...irisIn([triple, undefined, readTerm("<urn:a>")])], ["urn:s", "urn:p", "urn:a"]);
});

test("what a search found is read, and what is none is left out", () => {
  const found: Entity[] = readEntities(
    {
      results: [
        { id: "urn:a", label: "A", lang: "en", kind: { label: "Person" }, also: { text: "Alias" } },
        { id: "urn:b", label: "Б", lang: "ru" },
        { label: "none" },
      ],
    },
    "en",
  );
  assert.deepEqual(found, [
    { iri: "urn:a", label: "A", also: "Alias", kind: "Person" },
    { iri: "urn:b", label: "Б", lang: "ru" },
  ]);
  for (const wrong of [null, {}, { results: 1 }, []]) assert.deepEqual(readEntities(wrong, "en"), []);
});

test("a link leads back to its query, short or long", () => {
  const page = "https://example.org/graph/query";
  for (const query of ["ASK { ?s ?p '&#+%é' }", `ASK { ${"?s ?p ?o . ".repeat(900)}}`])
    for (const view of [null, "chart"]) {
      const link = linkTo(page, { query, view }, "id");
      assert.deepEqual(readLink(link), { query, view });
      assert.equal(new URL(link).searchParams.get("lang"), "id");
      assert.ok(link.split("#")[0]?.length ?? 0 <= 2000);
    }
  assert.equal(readLink("https://example.org/query?saved=x"), null);
});

function store(room = Number.POSITIVE_INFINITY): Store {
  const kept = new Map<string, string>();
  return {
    getItem: (name) => kept.get(name) ?? null,
    removeItem: (name) => void kept.delete(name),
    setItem: (name, value) => {
      if (value.length > room) throw new DOMException("full", "QuotaExceededError");
      kept.set(name, value);
    },
  };
}

test("history keeps each query once, the newest first, and can be deleted", () => {
  const kept = store();
  const history = new History(kept, "q");
  for (const query of ["a", "b", "a"]) history.add({ query, at: 1, rows: null });
  assert.deepEqual(
    new History(kept, "q").all.map(({ query }) => query),
    ["a", "b"],
  );
  history.remove("a");
  assert.deepEqual(
    history.all.map(({ query }) => query),
    ["b"],
  );
  history.draft = "half";
  assert.equal(new History(kept, "q").draft, "half");
  history.clear();
  assert.deepEqual([new History(kept, "q").all, kept.getItem("q.history")], [[], null]);
});

test("history forgets the oldest where there is no room, and lasts as long as the page where none is permitted", () => {
  const tight = new History(store(200), "q");
  for (let at = 0; at < 9; at++) tight.add({ query: `query ${at}`, at, rows: 1 });
  assert.equal(tight.all[0]?.query, "query 8");
  const none = new History(null, "q");
  none.add({ query: "a", at: 1, rows: 1 });
  none.draft = "x";
  assert.deepEqual([none.all.length, none.draft], [1, null]);
  const odd = store();
  odd.setItem("q.history", '[{"query":1},"x",null,{"query":"a","at":1,"rows":2}]');
  assert.equal(new History(odd, "q").all.length, 1);
  odd.setItem("q.history", "{");
  assert.deepEqual(new History(odd, "q").all, []);
});

test("a query's gist leaves its prologue out", () => {
  assert.equal(gist("# c\nPREFIX a: <urn:a>\n\nSELECT ?x\n{ ?x a:b 1 }"), "SELECT ?x { ?x a:b 1 }");
});

const DAY: Parameter = { name: "day", type: "date" };
const WHO: Parameter = { name: "who", type: "iri" };

test("values are written as their types say, and refused where they are not of them", () => {
  const of = (type: Parameter["type"], value: string) =>
    termFor({ name: "x", type }, value, PREFIXES, { id: PREFIXES.id });
  assert.equal(of("date", " 2024-02-29 "), `"2024-02-29"^^<${XSD}date>`);
  assert.deepEqual(
    [of("date", "2023-02-29"), of("date", "1.2.2024"), of("integer", "1.5"), of("decimal", "x")],
    [null, null, null, null],
  );
  assert.deepEqual([of("integer", "12"), of("integer", "-3")], ["12", `"-3"^^<${XSD}integer>`]);
  assert.equal(of("decimal", ".5"), `".5"^^<${XSD}decimal>`);
  assert.equal(of("string", ' a"\n\\ '), '" a\\"\\n\\\\ "');
  assert.deepEqual([of("iri", "id:anna"), of("iri", `<${PREFIXES.id}anna>`)], ["id:anna", "id:anna"]);
  assert.deepEqual([of("iri", "https://example.org/x"), of("iri", "ex:p")], ["<https://example.org/x>", `<${EX}p>`]);
  assert.deepEqual([of("iri", "anna"), of("iri", "urn:a> . ?s"), of("iri", "")], [null, null, null]);
});

test("a form changes the values in their block, and nothing else", () => {
  const query = `PREFIX id: <${PREFIXES.id}>
SELECT * {
  VALUES (?day ?who) { ("2024-01-01"^^xsd:date <urn:old\\)>) }
  ?x ?y ?day
}`.replace("\\", "");
  assert.equal(
    fill(query, [DAY, WHO], { day: "2024-05-06", who: "id:anna" }, PREFIXES),
    null,
    "a bracket in an IRI is no end of a block that can be trusted",
  );
  const plain = query.replace("old)", "old");
  const filled = fill(plain, [DAY, WHO], { day: "2024-05-06", who: "id:anna" }, PREFIXES);
  assert.equal(filled, plain.replace('"2024-01-01"^^xsd:date <urn:old>', `"2024-05-06"^^<${XSD}date> id:anna`));
  assert.equal(fill(plain, [DAY, WHO], { day: "soon", who: "id:anna" }, PREFIXES), null);
  const note: Parameter = { name: "note", type: "string" };
  const tricky = fill('{ VALUES (?note) { ("a) } \\" b") } }', [note], { note: "$& $1 ) }" }, {});
  assert.equal(tricky, '{ VALUES (?note) { ("$& $1 ) }") } }');
  assert.deepEqual(
    [hasBlock(plain, [DAY]), hasBlock("SELECT * {}", [DAY]), hasBlock(plain, [])],
    [false, false, false],
  );
});

test("every language has a program for every form of query", () => {
  for (const [language] of LANGUAGES)
    for (const query of ["SELECT * {}", "ASK {}", "CONSTRUCT WHERE { ?s ?p ?o }", "DESCRIBE <urn:x>"]) {
      const program = snippet(language, { endpoint: "https://example.org/sparql", query });
      assert.ok(program.includes("https://example.org/sparql") && program.includes(query), `${language} ${query}`);
    }
  assert.ok(snippet("r", { endpoint: "x", query: 'x )" y )-"' }).includes('r"--('));
});
