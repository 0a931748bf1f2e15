"""text → terms, the same for documents and queries.

The base is single Han characters and their bigrams; words of three characters and more, found by
jieba once while the index is built, are added on top.  Their list is kept with the index, so that
a question is never segmented: it is only searched for them (microseconds, and no dictionary to
load before the first answer).
"""

from __future__ import annotations

import hashlib
import logging
import re
import tempfile
import unicodedata
import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache, lru_cache

from retrieval.phrases import Phrases

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN = re.compile(f"[{_HAN}]+|[a-z0-9]+(?:[._+#-]+[a-z0-9]+)*[+#]?")
_CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f"  # OpenCC stops at the first NUL
_INVISIBLE = re.compile(
    f"[{_CONTROL}\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_HAN_RUN = re.compile(f"[{_HAN}]+")

MAX_WORD = 12
"""The longest word, in characters, that :func:`learn_words` keeps."""


@cache
def _simplifier() -> Callable[[str], str]:
    import opencc  # 40 ms, needed by the first text only

    convert: Callable[[str], str] = opencc.OpenCC("hk2s").convert
    return convert


def normalise(text: str) -> str:
    """NFKC (full width → half width), lower case, Traditional (also Hong Kong forms) → Simplified.

    Invisible and control characters are dropped and lone surrogates become U+FFFD, so that any
    ``str`` is accepted.  The length may change.  Idempotent.  About 5 µs for a question of 20
    characters.
    """
    return _normalise(text) if len(text) <= _CACHED_LENGTH else _normalise.__wrapped__(text)


_CACHED_LENGTH = 200


@lru_cache(maxsize=32_768)
def _normalise(text: str) -> str:
    if text.isascii():
        return text.lower()
    text = _INVISIBLE.sub("", _SURROGATES.sub("\ufffd", text))
    text = unicodedata.normalize("NFKC", text).lower()
    text = _simplifier()(text)
    return unicodedata.normalize("NFKC", text)


class BigramAnalyzer:
    """Han characters and their bigrams; ASCII words, numbers and codes whole, also with the Han
    character before or behind them.  Needs nothing."""

    @property
    def name(self) -> str:
        """What an index built with it records: the kind and its version."""
        return "bigram/2"

    def terms(self, text: str) -> list[str]:
        """The terms of ``text``, normalised first; repeated terms are repeated."""
        found: list[str] = []
        end, last = -1, ""
        for match in _TOKEN.finditer(normalise(text)):
            run = match.group()
            if match.start() == end:  # a7县, 第3号: where letters and Han characters meet
                found.append(last + run[0] if run[0] > "\x7f" else last[-1] + run)
            found.append(run) if run.isascii() else found.extend(_characters_and_bigrams(run))
            end, last = match.end(), run
        return found


class MixedAnalyzer:
    """As :class:`BigramAnalyzer`, plus each of ``words`` wherever it occurs.

    ``words`` are normalised words of three Han characters or more, usually those that
    :func:`learn_words` found with jieba in the texts to be indexed.
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        self.words = tuple(sorted({word for word in words if len(word) > 2}))
        self._phrases = Phrases(self.words)
        self._base = BigramAnalyzer()
        self._digest = hashlib.sha256("\n".join(self.words).encode()).hexdigest()[:12]

    @property
    def name(self) -> str:
        """Kind, version and the hash of the words."""
        return f"mixed/2-{self._digest}"

    def terms(self, text: str) -> list[str]:
        """The terms of ``text``, normalised first: characters, bigrams and codes, then words."""
        text = normalise(text)
        return self._base.terms(text) + [found.phrase for found in self._phrases.all(text)]


def learn_words(texts: Iterable[str], *, minimum: int = 2) -> tuple[str, ...]:
    """The words of 3 to ``MAX_WORD`` Han characters that jieba sees ``minimum`` times or more.

    Costs 0.6 s for jieba's dictionary and about 1 s for each million characters; sorted.
    """
    counts: Counter[str] = Counter()
    cut = _segmenter()
    for text in texts:
        for run in _HAN_RUN.findall(normalise(text)):
            counts.update(word for word in cut(run) if 2 < len(word) <= MAX_WORD)
    return tuple(sorted(word for word, count in counts.items() if count >= minimum))


@cache
def _segmenter() -> Callable[[str], Iterable[str]]:
    """jieba, silent, with its cache in a directory of our own instead of a shared ``/tmp`` file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba 0.42.1 has old escapes and asks for pkg_resources
        import jieba  # only an index build segments
    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    with tempfile.TemporaryDirectory() as directory:
        tokenizer.tmp_dir = directory
        tokenizer.initialize()
    cut: Callable[[str], Iterable[str]] = tokenizer.cut
    return cut


def _characters_and_bigrams(run: str) -> list[str]:
    return [*run, *(run[i : i + 2] for i in range(len(run) - 1))]


def is_word(term: str) -> bool:
    """Whether a term is a word of three Han characters or more."""
    return len(term) > 2 and term[0] > "\x7f" and term[-1] > "\x7f"
