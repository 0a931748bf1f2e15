"""An index on disk: built beside a release, opened memory-mapped, refused if it does not fit.

::

    manifest.json               what it was built from and with; written last
    documents.jsonl, .npy       the documents and where each begins
    texts.txt, .npy             their normalised texts
    body/, title/               BM25 columns (retrieval.bm25)
    titles.npz                  the rows of each document in title/; how far up a law stands
    names.jsonl                 codes, names, aliases
    words.txt                   the analyzer's words
    lexicon.json                everyday word → official word
    encoder/                    the model trained on this release (encoder "static" only)
    attributes.npz              place, audiences and days in force of each document
    vectors.faiss | vectors.npy | vectors.json (what a server keeps)
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from retrieval import bm25, document_store, training, wordings
from retrieval.analyzer import BigramAnalyzer, MixedAnalyzer, learn_words
from retrieval.attributes import AttributeTable, attributes_of
from retrieval.encoders import (
    HashingEncoder,
    SentenceTransformerEncoder,
    StaticTableEncoder,
)
from retrieval.hybrid import DenseRanker, Hybrid, Index, Weights
from retrieval.lexicon import Lexicon
from retrieval.names import Names, names_of
from retrieval.norms import law_of, standing_of
from retrieval.types import (
    Analyzer,
    Document,
    Encoder,
    IndexMismatch,
    Progress,
    Reranker,
    VectorStore,
)
from retrieval.typos import Confusions, Typos
from retrieval.vector_stores.faiss import FaissVectorStore
from retrieval.vector_stores.memory import MemoryVectorStore

FORMAT = 5
MANIFEST = "manifest.json"
TITLE_B, BODY_B = 0.5, 0.9
"""BM25's length parameter for names and for whole texts; measured in README.md."""

LEARNED_FROM = 10_000_000
"""From about how many characters of the documents words are learned: about 20 s of jieba."""

_ENCODED_AT_ONCE = 512

AnalyzerKind = Literal["mixed", "bigram"]
StoreKind = Literal["faiss", "memory", "postgres", "milvus"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexManifest:
    """What an index was built from and with.

    ``encoder``: what was asked for (``static``, ``hashing``, or a sentence-transformers model).
    ``encoder_name`` and ``analyzer_name`` also tell the content.  ``files``: sha256 of each.
    """

    format: int
    release: str
    documents: int
    analyzer: AnalyzerKind
    analyzer_name: str
    encoder: str
    encoder_name: str
    store: StoreKind
    dimensions: int
    seed: int
    files: dict[str, str]


def build(
    documents: Iterable[Document],
    directory: Path,
    *,
    release: str,
    analyzer: AnalyzerKind = "mixed",
    encoder: str = "static",
    store: StoreKind = "faiss",
    store_url: str | None = None,
    lexicon: Lexicon | None = None,
    outside: Sequence[str] = (),
    progress: Progress | None = None,
    seed: int = 0,
    recipe: training.Recipe | None = None,
) -> IndexManifest:
    """Index ``documents`` into ``directory`` (made if missing).

    ``encoder``: ``static`` trains one on these documents, ``hashing`` needs nothing, anything else
    is a sentence-transformers model directory or hub name.  ``store_url``: where ``postgres`` or
    ``milvus`` is reached; it may hold a password and is written nowhere.  ``outside``: questions
    that no demonstration record answers.  The same input and seed give the same files.  Raises
    ``ValueError`` when two documents have one id or a URL is missing, ``StoreUnavailable`` when the
    server does not take the vectors.
    """
    tell = progress or _silent
    documents, asked = wordings.split(documents)
    _check_ids(documents)
    directory.mkdir(parents=True, exist_ok=True)
    document_store.write(documents, directory)
    Names(names_of(documents)).save(directory / "names.jsonl")
    words = lexicon or Lexicon()
    words.save(directory / "lexicon.json")
    tell("wordings", 0, 1)
    wordings.learn(documents, asked, words, directory, outside)
    tell("wordings", 1, 1)
    analyse = _build_analyzer(analyzer, documents, directory, tell)
    _build_fields(documents, analyse, directory, tell)
    if encoder == "static":
        training.train(
            documents,
            directory / "encoder",
            recipe=recipe or training.Recipe(seed=seed),
            progress=tell,
        )
    encode = open_encoder(encoder, directory)
    empty = _new_store(store, store_url, release)
    _build_vectors(documents, encode, empty, directory / _store_file(store), tell)
    manifest = IndexManifest(
        format=FORMAT,
        release=release,
        documents=len(documents),
        analyzer=analyzer,
        analyzer_name=analyse.name,
        encoder=encoder,
        encoder_name=encode.name,
        store=store,
        dimensions=encode.dimensions,
        seed=seed,
        files=_hashes(directory),
    )
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=2)
    (directory / MANIFEST).write_text(text + "\n", "utf-8")
    return manifest


def read_manifest(directory: Path) -> IndexManifest:
    """The manifest of an index.  Raises ``IndexMismatch`` when there is none of this format."""
    path = directory / MANIFEST
    if not path.is_file():
        raise IndexMismatch(directory, "manifest", MANIFEST, None)
    values = json.loads(path.read_text("utf-8"))
    if values.get("format") != FORMAT:
        raise IndexMismatch(directory, "format", FORMAT, values.get("format"))
    return IndexManifest(**values)


def open_index(
    directory: Path,
    *,
    release: str | None = None,
    analyzer: AnalyzerKind | None = None,
    encoder: str | None = None,
    store: StoreKind | None = None,
    store_url: str | None = None,
    reranker: Reranker | None = None,
    weights: Weights | None = None,
) -> Hybrid:
    """Open what :func:`build` wrote; arrays stay on disk, memory-mapped.

    Raises ``IndexMismatch`` when release, analyzer, encoder or store are given and differ, or when
    the analyzer's words or the encoder's table are not those that it was built with; ``ValueError``
    when its store is on a server and no URL is given.  The server need not be up.
    """
    manifest = read_manifest(directory)
    for name, expected, found in (
        ("release", release, manifest.release),
        ("analyzer", analyzer, manifest.analyzer),
        ("encoder", encoder, manifest.encoder),
        ("store", store, manifest.store),
    ):
        if expected is not None and expected != found:
            raise IndexMismatch(directory, name, expected, found)
    analyse = _open_analyzer(manifest.analyzer, directory)
    encode = open_encoder(manifest.encoder, directory)
    for name, made_with, present in (
        ("analyzer", manifest.analyzer_name, analyse.name),
        ("encoder", manifest.encoder_name, encode.name),
    ):
        if made_with != present:
            raise IndexMismatch(directory, name, made_with, present)
    with (directory / "titles.npz").open("rb") as file, np.load(file) as stored:
        titles = {name: stored[name] for name in stored.files}
    attributes = AttributeTable.load(directory / "attributes.npz")
    vectors = _open_store(manifest.store, directory, store_url, attributes)
    body = bm25.load(directory / "body")
    index = Index(
        documents=document_store.DocumentStore(directory),
        analyzer=analyse,
        body=body,
        title=bm25.load(directory / "title"),
        title_starts=titles["starts"],
        title_weights=titles["weights"],
        standing=titles["standing"],
        names=Names.load(directory / "names.jsonl"),
        lexicon=Lexicon.load(directory / "lexicon.json"),
        typos=Typos(body, Confusions.load()),
        wordings=wordings.Wordings.load(directory),
        dense=DenseRanker(encode, vectors),
        attributes=attributes,
    )
    return Hybrid(index, reranker=reranker, weights=weights)


def open_encoder(encoder: str, directory: Path) -> Encoder:
    """The encoder that a specification names; ``static`` is the one inside an index directory."""
    if encoder == "static":
        return StaticTableEncoder(directory / "encoder")
    if encoder == "hashing":
        return HashingEncoder()
    return SentenceTransformerEncoder(encoder)


def _silent(step: str, done: int, total: int) -> None:
    """No progress."""


def _check_ids(documents: Sequence[Document]) -> None:
    seen: set[str] = set()
    for document in documents:
        if document.id in seen:
            raise ValueError(f"two documents have the id {document.id!r}; give each its own")
        seen.add(document.id)


def _build_analyzer(
    kind: AnalyzerKind, documents: Sequence[Document], directory: Path, tell: Progress
) -> Analyzer:
    words: tuple[str, ...] = ()
    if kind == "mixed":
        tell("words", 0, 1)
        texts = map(document_store.text_of, _sample(documents, LEARNED_FROM))
        words = learn_words(texts)
        tell("words", 1, 1)
    (directory / "words.txt").write_text("\n".join(words), "utf-8")
    return _open_analyzer(kind, directory)


def _sample(documents: Sequence[Document], characters: int) -> Sequence[Document]:
    """Every n-th document, so that not many more characters remain than are asked for."""
    total = sum(len(document.title) + len(document.body) for document in documents)
    return documents[:: max(1, round(total / characters))]


def _open_analyzer(kind: AnalyzerKind, directory: Path) -> Analyzer:
    if kind == "bigram":
        return BigramAnalyzer()
    return MixedAnalyzer((directory / "words.txt").read_text("utf-8").split("\n"))


def _build_fields(
    documents: Sequence[Document], analyzer: Analyzer, directory: Path, tell: Progress
) -> None:
    body = bm25.build(
        (
            analyzer.terms(document_store.text_of(document))
            for document in _counted(documents, "bm25", tell)
        ),
        b=BODY_B,
    )
    body.save(directory / "body")
    names = [(document.title, *document.aliases) for document in documents]
    rows = [analyzer.terms(name) for of_one in names for name in of_one]
    bm25.build(rows, b=TITLE_B, boosts=_boosts(names)).save(directory / "title")
    weights = [float(body.idf(dict.fromkeys(row)).sum()) or 1.0 for row in rows]
    starts = np.cumsum([0, *map(len, names)])
    standing = [standing_of(document.title) for document in documents]
    np.savez(
        directory / "titles.npz",
        starts=starts,
        weights=np.array(weights),
        standing=np.array(standing, dtype=np.float32),
    )


def _boosts(names: Sequence[Sequence[str]]) -> list[float]:
    """1 for a name of its own; 1 / n for the n articles of one law, whose names tell nothing."""
    laws = [law_of(name) for of_one in names for name in of_one]
    numbered = Counter(laws)
    return [1.0 if law is None else 1.0 / numbered[law] for law in laws]


def _build_vectors(
    documents: Sequence[Document],
    encoder: Encoder,
    store: VectorStore,
    path: Path,
    tell: Progress,
) -> None:
    vectors = np.zeros((len(documents), encoder.dimensions), dtype=np.float32)
    for start in range(0, len(documents), _ENCODED_AT_ONCE):
        texts = [dense_text(one) for one in documents[start : start + _ENCODED_AT_ONCE]]
        vectors[start : start + len(texts)] = encoder.encode(texts)
        tell("vectors", start + len(texts), len(documents))
    attributes = [attributes_of(document) for document in documents]
    AttributeTable(attributes).save(path.with_name("attributes.npz"))
    store.add(vectors, attributes)
    store.save(path)


def dense_text(document: Document) -> str:
    """What is encoded of a document: title, aliases and the first 1,000 characters of its body."""
    return "\n".join((document.title, *document.aliases, document.body[:1000]))


def _new_store(kind: StoreKind, url: str | None, release: str) -> VectorStore:
    if kind == "postgres":
        from retrieval.vector_stores.postgres import PostgresVectorStore

        return PostgresVectorStore(_given(url, kind), release)
    if kind == "milvus":
        from retrieval.vector_stores.milvus import MilvusVectorStore

        return MilvusVectorStore(_given(url, kind), release)
    return FaissVectorStore() if kind == "faiss" else MemoryVectorStore()


def _open_store(
    kind: StoreKind, directory: Path, url: str | None, attributes: AttributeTable
) -> VectorStore:
    path = directory / _store_file(kind)
    if kind == "postgres":
        from retrieval.vector_stores.postgres import PostgresVectorStore

        return PostgresVectorStore.load(path, _given(url, kind))
    if kind == "milvus":
        from retrieval.vector_stores.milvus import MilvusVectorStore

        return MilvusVectorStore.load(path, _given(url, kind))
    if kind == "faiss":
        return FaissVectorStore.load(path, attributes)
    return MemoryVectorStore.load(path, attributes)


def _given(url: str | None, kind: StoreKind) -> str:
    if not url:
        raise ValueError(f"the vector store {kind!r} needs its URL: set SUIWEN_VECTOR_STORE_URL")
    return url


def _store_file(kind: StoreKind) -> str:
    return {"faiss": "vectors.faiss", "memory": "vectors.npy"}.get(kind, "vectors.json")


def _counted(documents: Sequence[Document], step: str, tell: Progress) -> Iterator[Document]:
    for done, document in enumerate(documents, start=1):
        yield document
        if done % 100 == 0 or done == len(documents):
            tell(step, done, len(documents))


def _hashes(directory: Path) -> dict[str, str]:
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    return {
        path.relative_to(directory).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.name != MANIFEST
    }
