"""Every mistake that a curator can make in a record: where it is reported, and in which words."""
# ruff: noqa: E501 - a message stands in one piece, so that it can be searched for

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support import museum as m

from kg_builder.errors import SourceError
from kg_builder.graph.assemble import assemble

A = f"data/articles/{m.ONE}.yaml"
B = f"data/articles/{m.TWO}.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    m.write(tmp_path)
    return tmp_path


def test_the_fixture_itself_is_right(root: Path) -> None:
    assert m.problems_of(root) == []
    assert assemble(m.load(root), lambda _: None).counts["trusted"] == 0


# old text, new text, the part of the new text at which the problem is reported, message
CASES = {
    "unknown key": ("  item mask:", "  itme mask:", "itme mask", "a loan has no key «itme»; did you mean «item»?"),
    "unknown setting": (
        "    capacity: acting\n",
        "    capacity: acting\n    certanty: inferred\n",
        "certanty",
        "a signature has no key «certanty»",
    ),
    "unknown head key": (
        "  curated:",
        "  titel: x\n  curated:",
        "titel",
        "an article has no key «titel»; did you mean «title»?",
    ),
    "duplicate key": (
        "  item mask:",
        '  lender museum-bahari: "x"\n  item mask:',
        'lender museum-bahari: "x"',
        "«lender museum-bahari» stands twice: here and in line 18; join the two or rename one",
    ),
    "duplicate block": (
        "this-hope:",
        'mask:\n  near mask: "@0 Museum"\nmask:\n  near mask: "@0 Museum"\nthis-hope:',
        'mask:\n  near mask: "@0 Museum"\nthis',
        "«mask» stands twice: here and in line 37; join the two or rename one",
    ),
    "dangling reference": (
        "  item mask:",
        "  item maks:",
        "item maks",
        "no entity «maks»; did you mean «mask»?",
    ),
    "dangling reference with nothing near": (
        "  item mask:",
        "  item zzz:",
        "item zzz",
        "no entity «zzz»; declare it in data/entities/",
    ),
    "dangling qualifier": (
        "    role: no\n",
        "    role: yes\n",
        "yes\n",
        "no entity «yes»; declare it in data/entities/",
    ),
    "dangling individual": (
        "capacity: acting",
        "capacity: actign",
        "actign",
        "«capacity» is one of acting, interim, substantive, not «actign»; did you mean «acting»?",
    ),
    "dangling block": (
        "loan-mask:",
        "loan-maks:",
        "loan-maks:",
        "no entity «loan-maks»; did you mean «loan-mask»?",
    ),
    "reference of another kind": (
        "  item mask:",
        "  item museum-laut:",
        "item museum-laut",
        "«item» takes artefact, but «museum-laut» is of kind museum",
    ),
    "wrong capacity": (
        "capacity: acting",
        "capacity: mask",
        "mask\n    certainty",
        "«capacity» is one of acting, interim, substantive, not «mask»",
    ),
    "quote not in the text": (
        '"@14 meminjamkan topeng kayu Sumba"\n  date',
        '"meminjamkan topeng kaca"\n  date',
        '"meminjamkan topeng kaca"',
        "«meminjamkan topeng kaca» is not in the text; copy the words from it letter for letter",
    ),
    "anchored quote not in the text": (
        "@68 Senin (3/2/2025)",
        "@68 Senin (4/2/2025)",
        '"@68 Senin (4',
        "«Senin (4/2/2025)» is not in the text; copy the words from it letter for letter",
    ),
    "quote at another place": (
        "@68 Senin",
        "@69 Senin",
        '"@69 Senin',
        "«Senin (3/2/2025)» does not stand at @69; it stands at @68",
    ),
    "quote twice without a position": (
        "  item mask:",
        '  near curators: "Museum Laut"\n  item mask:',
        '"Museum Laut"',
        "«Museum Laut» stands 2 times in the text; write which one before it (@51, @186): `rujukan anchor` shows them",
    ),
    "lost quote": (
        "@68 Senin",
        "@? Senin",
        '"@? Senin',
        "«Senin (3/2/2025)» lost its place when the text changed: find it again and run `rujukan anchor`",
    ),
    "bad position": (
        "@68 Senin",
        "@68x Senin",
        '"@68x Senin',
        "«@68x Senin (3/2/2025)» is not a position: write «@409 words», or leave it out and run `rujukan anchor`",
    ),
    "more than eight words": (
        '"@68 Senin (3/2/2025)"',
        '"@0 Museum Bahari meminjamkan topeng kayu Sumba kepada Museum Laut"',
        '"@0 Museum Bahari meminjamkan topeng',
        (
            "«Museum Bahari meminjamkan topeng kayu Sumba kepada Museum Laut» has more than 8 words: shorten it, or write "
            "«first … last» and run `rujukan anchor`"
        ),
    ),
    "impossible date": (
        "date 2025-02-03",
        "date 2025-02-30",
        "date 2025-02-30",
        "«2025-02-30» is no day of the calendar: 2025-02 has 28 days",
    ),
    "date as printed": (
        "date 2025-02-03",
        "date 3/2/2025",
        "date 3/2/2025",
        (
            "«3/2/2025» is not a date: write 2024-06-28, 2024-06, 2024, 196X, 2023-10-19/2023-10-20, 1922/.. "
            "or [2023-10-19..2023-10-20]"
        ),
    ),
    "wrong type": (
        "more-than 1200:",
        "more-than 1.200:",
        "more-than 1.200",
        "«1.200» is not a whole number: write digits only, such as 4500000",
    ),
    "wrong duration": ("lasts P24M", "lasts two", "lasts two", "«two» is not a duration: write P2D, P10Y or PT3H"),
    "anchor": (
        "    role: no\n",
        "    role: &r no\n",
        "&r no",
        "anchors are not allowed (&r): write the value where it is used",
    ),
    "tag": (
        "    role: no\n",
        "    role: !!bool no\n",
        "!!bool",
        "tags are not allowed (tag:yaml.org,2002:bool): every value is text, remove the tag",
    ),
    "bare scalar where words belong": (
        '"@68 Senin (3/2/2025)"',
        "Senin (3/2/2025)",
        "Senin (3",
        "«Senin (3/2/2025)» stands where the article's words belong: put them in double quotes",
    ),
    "single quotes where words belong": (
        '"@68 Senin (3/2/2025)"',
        "'@68 Senin (3/2/2025)'",
        "'@68",
        "«@68 Senin (3/2/2025)» stands where the article's words belong: put them in double quotes",
    ),
    "nothing where words belong": (
        'date 2025-02-03: "@68 Senin (3/2/2025)"',
        "date 2025-02-03: ~",
        "~\n",
        "«~» stands where the article's words belong: put them in double quotes",
    ),
    "no quote": (
        '    quote: "@101 ditandatangani Ratna Wijaya"\n',
        "",
        "for: museum-bahari\n    role",
        'the fact rests on nothing: add `quote: "the article\'s words"`',
    ),
    "empty list": (
        '"@68 Senin (3/2/2025)"',
        "[]",
        "[]",
        "an empty list supports nothing: quote the article's words",
    ),
    "words where the curator's belong": (
        "for: museum-bahari",
        'for: "museum-bahari"',
        '"museum-bahari"',
        '«for: value» is the curator\'s; for words of its own write `for value: "words"`',
    ),
    "note in double quotes": (
        "note: The name stands beside the verb.",
        'note: "The name"',
        '"The name"',
        "«note» is the curator's text: bare, in single quotes or after «>-»",
    ),
    "unknown certainty": (
        "certainty: inferred",
        "certainty: infered",
        "infered",
        "«certainty» is one of stated, inferred, ambiguous; did you mean «inferred»?",
    ),
    "unknown rank": (
        "certainty: inferred",
        "rank: best",
        "best",
        "«rank» is one of preferred, normal, deprecated",
    ),
    "value missing": (
        "  item mask:",
        "  item:",
        "item:",
        '«item» needs its value in the key: `item value: "words"`',
    ),
    "value where words are": (
        "  printed:",
        "  printed many:",
        "printed many",
        '«printed» takes the article\'s words: write `printed: "…"`',
    ),
    "unknown kind": ("is figure:", "is figrue:", "is figrue", "no kind «figrue»; did you mean «figure»?"),
    "another kind than declared": ("is loan:", "is figure:", 'is figure: "@14', "«loan-mask» is a loan, not a figure"),
    "kind missing": (
        "  is figure:",
        "  near mask:",
        "this-masks:",
        '«this-masks» does not say what it is: add `is <kind>: "words"`',
    ),
    "local block that is no mapping": (
        "this-hope:\n",
        'this-other: "@0 Museum"\nthis-hope:\n',
        '"@0 Museum"\nthis-hope',
        'a block holds facts: `relation value: "words"`, indented',
    ),
    "local block without a kind below conveys": (
        "    mask:\n",
        '    this-wish:\n      near mask: "@290 utuh"\n    mask:\n',
        "this-wish",
        '«this-wish» does not say what it is: add `is <kind>: "words"`',
    ),
    "block name that is no id": (
        "this-hope:",
        "this-Hope of all:",
        "this-Hope of all",
        "«this-Hope of all» is not an id: write lower-case words joined by hyphens",
    ),
    "block that is a text": (
        "museum-bahari:   # the lender\n",
        'mask: "x"\nmuseum-bahari:\n',
        '"x"',
        'a block holds facts: `relation value: "words"`, indented',
    ),
    "conveys outside a quotation": (
        "  printed:",
        "  conveys: {}\n  printed:",
        "{}",
        "only a quotation conveys; this is a figure",
    ),
    "unknown speaker": (
        "this-masks:\n",
        "this-masks:\n  according-to: ratna-wijay\n",
        "ratna-wijay\n",
        "no entity «ratna-wijay»; did you mean «ratna-wijaya»?",
    ),
    "two phrases for one text": (
        '  printed: "@219 1.200 topeng"',
        '  printed: {quote: ["@219 1.200", "@225 topeng"]}',
        "{quote:",
        "«printed» takes one whole phrase; list several to give several",
    ),
    "bad language": (
        '  printed: "@219 1.200 topeng"',
        '  printed: {quote: "@219 1.200", language: bahasa indonesia}',
        "{quote:",
        "«bahasa indonesia» is not a language tag: write en or id",
    ),
    "id that is no slug": (
        "    for: museum-bahari\n",
        "    for: museum-bahari\n    id: Ratna W\n",
        "Ratna W\n",
        "«id» must be lower-case words joined by hyphens",
    ),
    "id on a fact that makes no node": (
        '"@68 Senin (3/2/2025)"',
        '{quote: "@68 Senin (3/2/2025)", id: x}',
        "id: x",
        "a fact has no setting «id»",
    ),
    "id of another file": (
        "  id: berita-satu",
        "  id: berita-tiga",
        "berita-tiga",
        "the id «berita-tiga» must be the file's name, «berita-satu»",
    ),
    "id with a space": (
        "  id: berita-satu",
        "  id: berita satu",
        "berita satu",
        "the id «berita satu» must be the file's name, «berita-satu»",
    ),
    "length that is no number": (
        "  length: 329",
        "  length: 3 29",
        "3 29",
        "«length» must be a whole number, not «3 29»",
    ),
    "the same words twice": (
        '  named: "@0 Museum Bahari meminjamkan"',
        '  named:\n    - "@0 Museum Bahari"\n    - quote: "@153 Museum Bahari"\n      certainty: inferred',
        'quote: "@153',
        "says the same as line 12: join the two, or drop one",
    ),
    "qualifier twice": (
        "    capacity: acting\n",
        '    capacity: acting\n    capacity acting: "@101 ditandatangani"\n',
        'capacity acting: "@101',
        "says the same as line 27: join the two, or drop one",
    ),
    "two facts, one node": (
        "  # how it",
        '  signature dewi-kartasasmita:\n    quote: "@101 ditandatangani"\n    id: ratna-wijaya\n  # how it',
        "signature ratna-wijaya:",
        "«signature ratna-wijaya» and «signature dewi-kartasasmita» make one node: give one of them another «id»",
    ),
    "no name": (
        'named: "@0 Museum',
        'near mask: "@0 Museum Bahari"\n  named: []\n  near curators: "@0 Museum',
        "[]",
        "an empty list supports nothing: quote the article's words",
    ),
    "empty block": (
        "this-hope:",
        "mask: {}\nthis-hope:",
        "{}",
        'a block holds facts: `relation value: "words"`, indented',
    ),
    "conveys nothing": (
        '  conveys:\n    mask:\n      condition intact: "@282 kembali utuh"\n',
        "  conveys: {}\n",
        "{}",
        "«conveys» holds blocks of facts",
    ),
    "no value": ("    role: no", "    role: []", "[]", "«role» has no value: write one, or leave the key out"),
    "two languages": (
        'printed: "@219 1.200 topeng"',
        'printed: {quote: "@219 1.200 topeng", language: [en]}',
        "[en]",
        "«language» takes one language tag",
    ),
    "long ends": (
        'named: "@0 Museum Bahari meminjamkan"',
        'near mask: "@0-60:0123456789abcdef a b c d e f … g h i"',
        '"@0-60',
        "«a b c d e f … g h i» has more than 8 words: shorten it, or write «first … last» and run `rujukan anchor`",
    ),
    "wrong length": ("  length: 329", "  length: 330", "330", "the text has 329 code points, not 330"),
    "curator unknown": (
        "curator: curators",
        "curator: curator",
        "curator\n",
        "no entity «curator»; did you mean «curators»?",
    ),
    "curator that is no id": (
        "curator: curators",
        "curator: The People",
        "The People",
        "no entity «The People»; declare it in data/entities/",
    ),
    "curated on no day": (
        "curated: 2026-01-02",
        "curated: 2026-02-30",
        "2026-02-30",
        "curated: «2026-02-30» is no day of the calendar (day is out of range for month)",
    ),
    "language that is no tag": (
        "language: id",
        "language: bahasa indonesia",
        "bahasa",
        "«bahasa indonesia» is not a language tag: write en or id",
    ),
    "address that is none": (
        "  curator:",
        "  url: example\n  curator:",
        "example\n",
        "«url»: «example» is not an IRI: No scheme found in an absolute IRI",
    ),
    "published on no day": (
        "  curator:",
        "  published: 2024-02-30\n  curator:",
        "2024-02-30",
        "«published»: «2024-02-30» is no day of the calendar: 2024-02 has 29 days",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_mistake_is_one_message_with_its_place(root: Path, case: str) -> None:
    old, new, at, message = CASES[case]
    m.edit(root, A, old, new)
    where = m.place(root, A, at)
    wanted = f"{where}: {message}"
    found = [problem for problem in m.problems_of(root) if not problem.startswith(f"{B}:")]
    follow_ups = {"dangling block", "unknown kind", "kind missing", "curator unknown", "length that is no number"}
    assert wanted in found
    assert case in follow_ups or found == [wanted]


def test_twelve_mistakes_in_one_file_are_twelve_problems_at_once(root: Path) -> None:
    names = (
        "unknown head key", "unknown key", "dangling qualifier", "wrong capacity", "quote at another place",
        "impossible date", "wrong type", "note in double quotes", "unknown certainty", "tag", "value where words are",
        "wrong duration", "bad language",
    )  # fmt: skip
    taken = [CASES[name] for name in names if name not in {"tag", "value where words are"}]
    for old, new, _, _ in taken:
        m.edit(root, A, old, new)
    m.edit(root, A, "lender museum-bahari:", "party museum-laut:")
    m.edit(root, B, "lender museum-bahari:", "lender nobody-at-all:")
    found = m.problems_of(root)
    wanted = sorted(
        [f"{m.place(root, A, at)}: {message}" for _, _, at, message in taken]
        + [f"{B}:12:3: no entity «nobody-at-all»; declare it in data/entities/"],
        key=lambda line: (line.split(":")[0], int(line.split(":")[1])),
    )
    assert len(found) == len(taken) + 2 == 13
    assert [line for line in found if "stands twice" not in line] == sorted(
        wanted, key=lambda line: (line.split(":")[0], int(line.split(":")[1]), int(line.split(":")[2]))
    )


def test_one_fact_may_have_two_mistakes_and_both_are_told(root: Path) -> None:
    m.edit(root, A, 'item mask: "@26 topeng kayu Sumba"', 'item maks: "@26 topeng kaca"')
    at = m.place(root, A, "item maks")
    assert m.problems_of(root) == [
        f"{at}: no entity «maks»; did you mean «mask»?",
        (
            f"{m.place(root, A, chr(34) + '@26 topeng kaca')}: «topeng kaca» is not in the text; "
            "copy the words from it letter for letter"
        ),
    ]


def test_a_mistake_that_is_made_twice_is_told_twice(root: Path) -> None:
    old, wrong = 'item mask: "@26 topeng kayu Sumba"', 'maks: "@26 topeng kaca"'
    m.edit(root, A, old, f"item {wrong}\n  party {wrong}")
    found = [problem.split(": ", 1) for problem in m.problems_of(root)]
    line, unknown, absent = int(found[0][0].split(":")[1]), "no entity «maks»", "«topeng kaca» is not in the text"
    wanted = [(line, 3, unknown), (line, 14, absent), (line + 1, 3, unknown), (line + 1, 15, absent)]
    assert [place for place, _ in found] == [f"{A}:{number}:{column}" for number, column, _ in wanted]
    assert all(message.startswith(begin) for (_, message), (_, _, begin) in zip(found, wanted, strict=True))


@pytest.mark.parametrize("key", ["language", "sha256", "length", "fingerprint", "curator", "curated"])
def test_a_head_that_lacks_something(root: Path, key: str) -> None:
    lines = (root / A).read_text("utf-8").splitlines(keepends=True)
    (root / A).write_text("".join(line for line in lines if not line.startswith(f"  {key}:")), "utf-8")
    assert f"{A}:2:3: the head needs «{key}»" in m.problems_of(root)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", f"{A}:1:1: the record needs an «article:» head; `rujukan text add` writes one"),
        ("article: x\n", f"{A}:1:1: the record needs an «article:» head; `rujukan text add` writes one"),
        ("- x\n", f"{A}:1:1: the file must be a mapping: «key: value» lines"),
    ],
)
def test_a_file_that_is_no_record(root: Path, content: str, message: str) -> None:
    (root / A).write_text(content, "utf-8")
    assert [p for p in m.problems_of(root) if p.startswith(A)] == [message]


def test_files_that_are_not_utf8(root: Path) -> None:
    (root / A).write_bytes(b"article:\n  note: \xff\n")
    (root / "data/texts" / f"{m.TWO}.txt").write_bytes(b"satu\n\xff")
    (root / "data/released-ids.txt").write_bytes(b"a\n\xff")
    found = m.problems_of(root)
    for line in (
        f"{A}:2:9: not UTF-8: save the file as UTF-8",
        f"data/texts/{m.TWO}.txt:2:1: not UTF-8: save the file as UTF-8",
        "data/released-ids.txt:2:1: not UTF-8: save the file as UTF-8",
    ):
        assert line in found


def test_a_file_name_that_cannot_be_an_id(root: Path) -> None:
    (root / "data/articles/berita baru.yaml").write_text("article: {id: berita baru}\n", "utf-8")
    assert m.problems_of(root) == [
        (
            "data/articles/berita baru.yaml:1:1: «berita baru» cannot be an article's id: "
            "name the file with letters, digits, «-» and «_»"
        )
    ]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [("cerah. ", "cerah.  ", "only in white space or normalisation"), ("Cuaca", "Hawa", "in its words")],
)
def test_a_changed_text_is_stale_until_it_is_anchored_again(root: Path, old: str, new: str, what: str) -> None:
    m.edit(root, f"data/texts/{m.TWO}.txt", old, new)
    at = m.place(root, B, "sha256: ", 8)
    assert m.problems_of(root) == [
        (
            f"{at}: data/texts/{m.TWO}.txt is not the text of this record: it differs {what}; "
            "restore it, or run `rujukan anchor` to renumber"
        )
    ]
    assert m.rujukan(root, "anchor", m.TWO).returncode in {0, 1}
    left = [problem for problem in m.problems_of(root) if "lost its place" not in problem]
    assert left == []


def test_without_texts_records_are_trusted_but_positions_are_bounded(root: Path) -> None:
    (root / f"data/texts/{m.ONE}.txt").unlink()
    corpus = m.load(root)
    assert [record.verified for record in corpus.records] == [True, False]
    m.edit(root, A, '"@68 Senin', '"@9968 Senin')
    m.edit(root, A, '"@26 topeng kayu Sumba"', '"topeng kayu Sumba"')
    length = len(m.TEXTS[m.ONE])
    assert m.problems_of(root) == [
        f"{m.place(root, A, chr(34) + '@9968')}: «Senin (3/2/2025)» ends behind the text, which has {length} code points",
        (
            f"{m.place(root, A, chr(34) + 'topeng kayu')}: «topeng kayu Sumba» has no position; "
            "add the text (`rujukan text add`) and run `rujukan anchor`"
        ),
    ]


def test_conveyed_speech_cannot_convey_speech(root: Path) -> None:
    m.edit(
        root,
        A,
        "    mask:\n      condition",
        '    this-inner:\n      is quotation: "@257 Kami"\n      conveys: {}\n    mask:\n      condition',
    )
    assert (
        f"{m.place(root, A, '{}')}: «conveys» cannot stand inside «conveys»: give the inner speech a block of its own"
        in (m.problems_of(root))
    )


@pytest.mark.parametrize(
    ("old", "new", "block"),
    [
        (
            '  is figure: "@198 menyimpan lebih dari 1.200 topeng"',
            '  is figure:\n    quote: "@198 menyimpan"\n    rank: deprecated',
            "this-masks",
        ),
        (
            "    mask:\n      condition",
            '    this-show:\n      is exhibition: "@282 kembali"\n    mask:\n      condition',
            "this-show",
        ),
    ],
)
def test_what_has_facts_is_asserted_to_be_something(root: Path, old: str, new: str, block: str) -> None:
    m.edit(root, A, old, new)
    if block == "this-show":
        with (root / A).open("a", encoding="utf-8") as record:
            record.write('\nthis-show:\n  organiser museum-laut: "@282 kembali"\n')
    with pytest.raises(SourceError) as caught:
        assemble(m.load(root), lambda _: None)
    message = f"«{block}» has facts, but what it is is only conveyed or deprecated: assert `is …`, or neither"
    assert [problem.message for problem in caught.value.problems] == [message]


def test_an_error_below_conveys_is_located_there(root: Path) -> None:
    m.edit(root, A, "condition intact", "condition inttact")
    assert m.problems_of(root) == [
        f"{m.place(root, A, 'condition inttact')}: «condition» is one of damaged, intact, not «inttact»; did you mean «intact»?"
    ]
