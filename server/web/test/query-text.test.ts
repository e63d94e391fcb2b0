import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { contextAt, type Entity, fit, suggest } from "../src/query/complete.js";
import { explain } from "../src/query/explain.js";
import { formatQuery } from "../src/query/format.js";
import { hints, nearest } from "../src/query/lint.js";
import { readPattern } from "../src/query/pattern.js";
import { insertion, missing, used, withPrefixes } from "../src/query/prefixes.js";
import { placeOf } from "../src/query/problem.js";
import { form, tokens } from "../src/query/tokens.js";
import { iriOf, nameOf, type Vocabulary } from "../src/query/vocabulary.js";

const EX = "https://example.org/loans/vocab#";
const ID = "https://example.org/loans/id/";
const PREFIXES = {
  ex: EX,
  id: ID,
  rdf: "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
  rdfs: "http://www.w3.org/2000/01/rdf-schema#",
  xsd: "http://www.w3.org/2001/XMLSchema#",
};
const VOCABULARY: Vocabulary = {
  prefixes: PREFIXES,
  classes: [
    { name: "ex:Loan", label: "Loan", text: "What is lent.", uses: 2, properties: ["ex:lender", "ex:items"] },
    { name: "ex:Person", label: "Person", uses: 2, properties: ["rdfs:label"] },
    { name: "ex:Gift", label: "Gift", uses: 0 },
  ],
  properties: [
    { name: "rdfs:label", label: "name", uses: 5 },
    { name: "rdf:type", label: "kind", uses: 4 },
    { name: "ex:items", label: "number of items", uses: 2 },
    { name: "ex:lender", label: "lender", text: "Who lends.", uses: 2 },
    { name: "ex:onLoan", label: "lent on", uses: 0 },
  ],
  graphs: [{ iri: "https://example.org/loans/article/one", triples: 7 }],
  closed: ["ex"],
};
const ANNA: Entity = { iri: `${ID}anna`, label: "Anna Berg", kind: "Person" };

/** What completion offers where `|` stands. */
async function offered(marked: string, found: readonly Entity[] = []): Promise<string[]> {
  const answer = await suggest(marked.replace("|", ""), marked.indexOf("|"), VOCABULARY, async () => found);
  return answer?.found.map(({ insert }) => insert) ?? [];
}

function placeAt(marked: string): string | null {
  return contextAt(marked.replace("|", ""), marked.indexOf("|"))?.place ?? null;
}

/** The project's own saved queries. */
function savedQueries(): [string, string][] {
  let folder = process.cwd();
  while (!existsSync(path.join(folder, "queries"))) folder = path.dirname(folder);
  const names = readdirSync(path.join(folder, "queries")).filter((name) => name.endsWith(".rq"));
  return names.map((name) => [name, readFileSync(path.join(folder, "queries", name), "utf8")]);
}

const HOSTILE = [
  "",
  "}",
  "SELECT",
  "SELECT * { ?s ?p",
  '"open',
  "<open",
  "PREFIX",
  "PREFIX ex",
  "PREFIX ex: ",
  "{{{{((([[[",
  "))]]}}",
  "VALUES (?x) { (",
  "# only a comment",
  "😀 ?😀 { 😀:😀 }",
  "SELECT ?x { ?x a a ; ; , . . }",
  "'''never\nclosed",
  "a".repeat(5000),
  "?x<?y&&?z>?w",
];

test("between tokens there is white space and nothing else", () => {
  for (const text of [...HOSTILE, ...savedQueries().map(([, query]) => query)]) {
    let end = 0;
    for (const { from, to, text: part } of tokens(text)) {
      assert.match(text.slice(end, from), /^\s*$/);
      assert.equal(text.slice(from, to), part);
      assert.ok(to > from);
      end = to;
    }
    assert.match(text.slice(end), /^\s*$/);
  }
});

test("tokens have their kinds", () => {
  const kinds = (text: string) => tokens(text).map(({ kind, text: part }) => `${kind} ${part}`);
  assert.deepEqual(kinds("'a\\'b'@en--ltr # c\n_:b -1.5e3"), [
    "string 'a\\'b'",
    "lang @en--ltr",
    "comment # c",
    "blank _:b",
    "other -",
    "number 1.5e3",
  ]);
  assert.deepEqual(kinds('"""a\n"b"""^^ex:t. ex:a.b.'), [
    'string """a\n"b"""',
    "other ^^",
    "pname ex:t",
    "other .",
    "pname ex:a.b",
    "other .",
  ]);
  assert.deepEqual(kinds("<<( ?x a <urn:y> )>>").at(-1), "other )>>");
});

test("the form of a query is the first word behind its prologue", () => {
  assert.equal(form("# SELECT\nPREFIX select: <urn:ask> construct {} WHERE {}"), "CONSTRUCT");
  assert.equal(form("INSERT DATA {}"), null);
});

test("what a place may hold", () => {
  assert.equal(placeAt("|"), "start");
  assert.equal(placeAt("PREFIX |"), "prefix");
  assert.equal(placeAt("PREFIX ex: <urn:x> |"), "start");
  assert.equal(placeAt("SELECT ?|"), "select");
  assert.equal(placeAt("SELECT * FROM |"), "graph");
  assert.equal(placeAt("SELECT * { |"), "subject");
  assert.equal(placeAt("SELECT * { ?s |"), "predicate");
  assert.equal(placeAt("SELECT * { ?s ex:a/|"), "predicate");
  assert.equal(placeAt("SELECT * { ?s ^|"), "predicate");
  assert.equal(placeAt("SELECT * { ?s ex:a ?|"), "object");
  assert.equal(placeAt("SELECT * { ?s ex:a ?o ; |"), "predicate");
  assert.equal(placeAt("SELECT * { ?s ex:a ?o , |"), "object");
  assert.equal(placeAt("SELECT * { ?s ex:a ?o . |"), "subject");
  assert.equal(placeAt("SELECT * { ?s a |"), "class");
  assert.equal(placeAt("SELECT * { ?s a/ex:b |"), "object");
  assert.equal(placeAt("SELECT * { ?s ex:a [ |"), "predicate");
  assert.equal(placeAt("SELECT * { ?s ex:a [ a |"), "class");
  assert.equal(placeAt("SELECT * { ?s ex:a [ a ex:B ] ; |"), "predicate");
  assert.equal(placeAt("SELECT * { ?s a ex:B FILTER (|"), "expression");
  assert.equal(placeAt("SELECT * { FILTER (?x > 1) |"), "subject");
  assert.equal(placeAt("SELECT * { FILTER NOT EXISTS { ?s |"), "predicate");
  assert.equal(placeAt("SELECT * { GRAPH |"), "graph");
  assert.equal(placeAt("SELECT * { GRAPH ?g { ?s |"), "predicate");
  assert.equal(placeAt("SELECT * { VALUES ?x { |"), "value");
  assert.equal(placeAt('SELECT * { ?s ex:a "1"^^|'), "datatype");
  assert.equal(placeAt('SELECT * { ?s ex:a "x"@en ; |'), "predicate");
  assert.equal(placeAt("SELECT * { ?s a ex:B } |"), "modifier");
  assert.equal(placeAt("SELECT * { ?s a ex:B } ORDER BY |"), "expression");
  for (const nowhere of ["# a|", 'SELECT "a|b"', 'SELECT "a|', "SELECT <a|b>", "SELECT <htt|"])
    assert.equal(placeAt(nowhere), null);
});

test("classes, properties and variables are offered where they can stand", async () => {
  assert.deepEqual(await offered("SELECT * { ?s a |"), ["ex:Loan", "ex:Person", "ex:Gift"]);
  assert.deepEqual(await offered("SELECT * { ?s a ex:G|"), ["ex:Gift"]);
  assert.deepEqual((await offered("SELECT * { ?x a ex:Loan . ?x |")).slice(0, 2), ["ex:items", "ex:lender"]);
  assert.deepEqual((await offered("SELECT * { ?x num|"))[0], "ex:items");
  assert.deepEqual(await offered("SELECT ?th { ?thing ex:items ?th|"), ["?thing"]);
  assert.ok((await offered("SELECT * { ?x ex:items ?n FILTER (STRL|")).includes("STRLEN($)"));
  assert.equal((await offered("SELECT * { ?x ex:items ?n FIL|"))[0], "FILTER ($)");
  assert.deepEqual(await offered("PREFIX id|"), [`id: <${ID}>`]);
  assert.deepEqual(await offered("SELECT * { GRAPH <|"), []);
  assert.ok((await offered("SELECT * { GRAPH |")).includes("<https://example.org/loans/article/one>"));
  assert.ok((await offered('SELECT * { ?x ex:on "2024-01-01"^^|')).includes("xsd:date"));
});

test("the name of a thing becomes its prefixed name", async () => {
  const asked: string[] = [];
  const search = async (text: string) => {
    asked.push(text);
    return [ANNA];
  };
  const text = "SELECT * { ?loan ex:lender Anna Be";
  const found = await suggest(text, text.length, VOCABULARY, search);
  assert.deepEqual(asked, ["Anna Be"]);
  assert.deepEqual([found?.from, found?.found[0]?.insert, found?.found[0]?.label], [27, "id:anna", "Anna Berg"]);
  assert.equal((await offered("SELECT * { ?loan ex:lender id:an|", [ANNA]))[0], "id:anna");
  // Where a keyword is more likely, it comes first.
  assert.equal((await offered("SELECT * { OPT|", [ANNA]))[0], "OPTIONAL { $ }");
  const kept = { iri: `${ID}a/b`, label: "A" };
  assert.equal((await offered("SELECT * { ?loan ex:lender Aa|", [kept]))[0], `<${ID}a/b>`);
});

test("completion takes whatever is being written", async () => {
  for (const text of HOSTILE)
    for (const at of [0, Math.floor(text.length / 2), text.length])
      await suggest(text, at, VOCABULARY, async () => [ANNA]);
});

test("how well a name fits", () => {
  assert.equal(fit("", "ex:Loan"), 0);
  assert.ok((fit("loa", "ex:Loan") ?? 9) < (fit("loa", "ex:onLoan") ?? 9));
  assert.equal(fit("lnd", "ex:lender"), 5);
  assert.equal(fit("zz", "ex:lender", "lender"), null);
});

test("triples are read as they are written", () => {
  const { triples, selected, mentioned } = readPattern(
    tokens("SELECT ?a (COUNT(?b) AS ?n) ?c { ?a a ex:B ; ex:p ?c, ?d . [] ex:q ?a . FILTER (?d > 1) }"),
  );
  const shown = triples.map((each) => [each.subject?.text, each.predicate.text, each.object.text].join(" "));
  assert.deepEqual(shown, ["?a a ex:B", "?a ex:p ?c", "?a ex:p ?d", "] ex:q ?a"]);
  assert.deepEqual(
    selected.map(({ text }) => text),
    ["?a", "?c"],
  );
  assert.deepEqual([...mentioned].sort(), ["a", "b", "c", "d", "n"]);
});

test("PREFIX lines go behind those that there are, or on top", () => {
  assert.deepEqual(used("PREFIX a: <urn:a> SELECT * { a:x ex:y 'id:z' } # rdfs:"), ["a", "ex"]);
  assert.deepEqual(missing("SELECT * { id:a ex:b nobody:c }", PREFIXES), ["ex", "id"]);
  assert.equal(
    withPrefixes("# what\nSELECT * { id:a ?p ?o }", PREFIXES),
    `# what\nPREFIX id: <${ID}>\n\nSELECT * { id:a ?p ?o }`,
  );
  assert.equal(
    withPrefixes("PREFIX a: <urn:a>\n\nSELECT * { id:a a:p ?o }", PREFIXES),
    `PREFIX a: <urn:a>\nPREFIX id: <${ID}>\n\nSELECT * { id:a a:p ?o }`,
  );
  assert.equal(insertion("PREFIX id: <urn:own> SELECT * { id:a ?p ?o }", ["id"], PREFIXES), null);
  assert.equal(
    withPrefixes(withPrefixes("ASK { id:a ex:b 1 }", PREFIXES), PREFIXES),
    withPrefixes("ASK { id:a ex:b 1 }", PREFIXES),
  );
});

test("the project's queries are laid out as the formatter lays them out", () => {
  for (const [name, query] of savedQueries()) assert.equal(formatQuery(query), query, name);
});

test("a query on one line is taken apart", () => {
  const text =
    "PREFIX ex: <urn:x> select ?s (count(*) AS ?n) where{?s a ex:B;ex:p ?o.OPTIONAL{?o ex:q 'a'@en} FILTER(?n>5&&!BOUND(?o)) {?s ?p -5}UNION{?s ?p ?q}} group by ?s LIMIT 5";
  assert.equal(
    formatQuery(text),
    `PREFIX ex: <urn:x>

select ?s (count(*) AS ?n)
where {
  ?s a ex:B ;
    ex:p ?o .
  OPTIONAL { ?o ex:q 'a'@en }
  FILTER (?n > 5 && !BOUND(?o))
  { ?s ?p -5 } UNION { ?s ?p ?q }
}
group by ?s
LIMIT 5
`,
  );
  assert.equal(formatQuery("ASK { ?s ?p ?o }"), "ASK { ?s ?p ?o }\n");
});

test("laying out changes white space alone, and laying out again changes nothing", () => {
  for (const text of HOSTILE) {
    const once = formatQuery(text);
    assert.deepEqual(
      tokens(once).map(({ text: part }) => part.trimEnd()),
      tokens(text).map(({ text: part }) => part.trimEnd()),
    );
    assert.equal(formatQuery(once), once, text);
  }
});

test("hints name what does not exist, and what is near it", () => {
  const known = { ex: EX, id: ID };
  const text = "SELECT ?lona ?n { ?loan a ex:Laon ; ex:lendr id:anybody ; foo:bar ?n ; ex: ?m }";
  const found = hints(text, VOCABULARY, known).map(({ kind, from, to, ...rest }) => [
    kind,
    text.slice(from, to),
    "near" in rest && rest.near,
  ]);
  assert.deepEqual(found, [
    ["unfilled", "?lona", "?loan"],
    ["unknown-term", "ex:Laon", "ex:Loan"],
    ["unknown-term", "ex:lendr", "ex:lender"],
    ["unknown-prefix", "foo:bar", false],
  ]);
  assert.deepEqual(hints("SELECT * { ?x rdfs:lable 1 }", VOCABULARY, PREFIXES), []);
  assert.deepEqual(hints("PREFIX e: <urn:e> SELECT (1 AS ?x) { ?s e:any ex:Anything }", VOCABULARY, known), []);
  assert.equal(nearest("ex:zzzzzz", ["ex:lender"]), null);
});

test("the project's queries need no hint", () => {
  for (const [name, query] of savedQueries())
    assert.deepEqual(
      hints(query, VOCABULARY, {}).filter(({ kind }) => kind !== "unfilled"),
      [],
      name,
    );
});

test("words of a query are explained", () => {
  const text = "SELECT ?x { ?x a ex:Loan ; ex:onLoan id:anna FILTER (STRLEN(?x) > 1) }";
  const at = (word: string) => explain(text, text.indexOf(word) + 1, VOCABULARY, PREFIXES);
  assert.deepEqual([at("ex:Loan")?.kind, at("ex:Loan")?.text, at("ex:Loan")?.uses], ["class", "What is lent.", 2]);
  assert.deepEqual([at("ex:onLoan")?.kind, at("ex:onLoan")?.uses], ["property", 0]);
  assert.deepEqual([at("id:anna")?.kind, at("id:anna")?.iri], ["entity", `${ID}anna`]);
  assert.deepEqual([at("?x")?.kind, at("?x")?.uses], ["variable", 3]);
  assert.equal(at("STRLEN")?.text, "STRLEN(text)");
  assert.equal(explain(text, text.indexOf(" a ") + 1, VOCABULARY, PREFIXES)?.label, "kind");
  assert.equal(at("SELECT"), null);
  assert.equal(explain("", 0, VOCABULARY, PREFIXES), null);
});

test("IRIs are named by the longest prefix that leaves a plain name", () => {
  assert.equal(nameOf(`${ID}anna`, PREFIXES), "id:anna");
  assert.equal(nameOf(`${ID}anna/post`, PREFIXES), `<${ID}anna/post>`);
  assert.equal(nameOf(`${ID}anna.`, PREFIXES), `<${ID}anna.>`);
  assert.equal(nameOf(ID, PREFIXES), `<${ID}>`);
  assert.equal(iriOf("id:a\\/b", PREFIXES), `${ID}a/b`);
  assert.equal(iriOf("none:a", PREFIXES), null);
});

test("line and column of the server count characters, offsets of the editor halves", () => {
  const text = "ASK {\n '😀' ex:a }";
  const { from, to } = placeOf(text, 2, 6);
  assert.equal(text.slice(from, to), "ex:a");
  assert.deepEqual(placeOf("ASK {", 1, 6), { from: 4, to: 5 });
  assert.deepEqual(placeOf("", 1, 1), { from: 0, to: 0 });
  assert.deepEqual(placeOf("x", 9, 9), { from: 0, to: 1 });
});
