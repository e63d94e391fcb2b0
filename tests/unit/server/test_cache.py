"""The cache holds what was used last, and no more than it may."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kg_server.cache import AnswerCache


@dataclass(frozen=True)
class Text:
    text: str
    size: int


class Machine(RuleBasedStateMachine):
    """Against a plain model: what is found is what was put last under that key, and shortcuts go with their answer."""

    LIMIT = 40_000

    def __init__(self) -> None:
        super().__init__()
        self.cache: AnswerCache[Text, str] = AnswerCache(self.LIMIT)
        self.put_last: OrderedDict[int, Text] = OrderedDict()
        self.left: dict[int, tuple[int, Text]] = {}
        self.turn = 0

    @rule(key=st.integers(0, 20), size=st.integers(0, 6000))
    def put(self, key: int, size: int) -> None:
        self.turn += 1
        value = Text(f"answer {self.turn}", size)
        before = self.cache.get(key)
        self.cache.put(key, value)
        kept = self.cache.get(key)
        assert kept in {value, before}
        if kept is value:
            self.put_last[key] = value

    @rule(key=st.integers(0, 20))
    def get(self, key: int) -> None:
        found = self.cache.get(key)
        assert found is None or found == self.put_last[key]

    @rule(request=st.integers(0, 50), key=st.integers(0, 20))
    def remember(self, request: int, key: int) -> None:
        value = self.cache.get(key)
        if self.cache.shortcut(request) is None and value is not None:
            self.cache.remember(request, key, value.text)
            self.left[request] = key, value

    @rule(request=st.integers(0, 50))
    def shortcut(self, request: int) -> None:
        found = self.cache.shortcut(request)
        if found is not None:
            key, value = self.left[request]
            assert found == value.text
            assert self.cache.get(key) == value

    @invariant()
    def bounded(self) -> None:
        assert 0 <= self.cache.used <= self.LIMIT


TestCache = Machine.TestCase


def test_the_one_used_longest_ago_goes_first() -> None:
    cache: AnswerCache[Text, str] = AnswerCache(30_000)
    for name in "abc":
        cache.put(name, Text(name, 1000))
    for turn in range(20):
        assert cache.get("a") is not None
        cache.put(turn, Text("new", 1000))
    assert cache.get("a") is not None
    assert cache.get("b") is None


def test_one_answer_may_not_push_out_most_others() -> None:
    cache: AnswerCache[Text, str] = AnswerCache(80_000)
    cache.put("small", Text("small", 10))
    cache.put("large", Text("large", 20_000))
    assert cache.get("large") is None
    assert cache.get("small") is not None


def test_nothing_is_kept_without_memory() -> None:
    cache: AnswerCache[Text, str] = AnswerCache(0)
    cache.put("a", Text("a", 1))
    cache.remember("request", "a", "ready")
    assert (cache.get("a"), cache.shortcut("request"), len(cache), cache.used) == (None, None, 0, 0)


def test_an_answer_ages() -> None:
    cache: AnswerCache[Text, str] = AnswerCache(80_000, seconds=1e-9)
    cache.put("a", Text("a", 1))
    cache.remember("request", "a", "ready")
    assert cache.shortcut("request") is None
    assert cache.get("a") is None
    assert cache.used == 0


def test_everything_can_be_forgotten() -> None:
    cache: AnswerCache[Text, str] = AnswerCache(80_000)
    cache.put("a", Text("a", 1))
    cache.remember("request", "a", "ready")
    cache.clear()
    assert (cache.get("a"), cache.shortcut("request"), cache.used) == (None, None, 0)
