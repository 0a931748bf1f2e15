"""Indexes of a data set's documents, made by the product's own retrieval with its own settings.

An index can be kept: its folder's name tells corpus, encoder, seed, lexicon and the code of
``retrieval``, so that a second run opens it again and a change of any of them makes a new one.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import retrieval
from assistant.bootstrap import LEXICON
from assistant.settings import Settings
from eval.beir import Text
from retrieval import index
from retrieval.hybrid import Hybrid
from retrieval.lexicon import Lexicon
from retrieval.types import Document, Progress

KIND = "document"
_BUILT = "build.json"
_NO_CODE = (".pyc", ".md")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An open index; ``build_seconds`` are those of its making, also where it was opened again."""

    searcher: Hybrid
    manifest: index.IndexManifest
    build_seconds: float
    open_seconds: float
    reopened: bool
    settings: dict[str, Any]


def documents(texts: Iterable[Text]) -> list[Document]:
    """The corpus as the product indexes what has a title and a body; no special path."""
    return [
        Document(id=one.id, record=one.id, kind=KIND, title=one.title, body=one.text)
        for one in texts
    ]


@contextmanager
def opened(
    texts: Sequence[Text],
    progress: Progress,
    *,
    name: str,
    work: Path | None = None,
    encoder: str | None = None,
) -> Iterator[Opened]:
    """An index of ``texts``: in ``work`` and kept there, or temporary.

    ``encoder``: instead of that of the settings (SUIWEN_ENCODER).
    """
    chosen, lexicon = Settings(), Lexicon.load(LEXICON)
    settings = {
        "encoder": encoder or chosen.encoder,
        "seed": chosen.encoder_seed,
        "lexicon_sha256": lexicon_sha256(lexicon),
        "retrieval_sha256": code_sha256(),
        "corpus_sha256": corpus_sha256(texts),
    }
    if work is not None:
        yield _kept(texts, lexicon, settings, work / f"{name}-{_key(settings)}", progress)
        return
    with TemporaryDirectory(prefix="suiwen-eval-") as made:
        seconds = _build(texts, lexicon, settings, Path(made), progress)
        yield _open(Path(made), settings, seconds, reopened=False)


def code_sha256() -> str:
    """The hash of all code and data of ``retrieval``."""
    root = Path(retrieval.__file__).resolve().parent
    files = (path for path in root.rglob("*") if path.is_file() and path.suffix not in _NO_CODE)
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()


def corpus_sha256(texts: Iterable[Text]) -> str:
    """The hash of ids, titles and texts, in their order."""
    digest = hashlib.sha256()
    for one in texts:
        digest.update("\0".join((one.id, one.title, one.text, "")).encode("utf-8", "replace"))
    return digest.hexdigest()


def lexicon_sha256(lexicon: Lexicon) -> str:
    """The hash of what a lexicon says, whatever file it came from."""
    entries = [(one.say, one.mean, one.group) for one in lexicon.entries]
    return hashlib.sha256(json.dumps(entries).encode()).hexdigest()


def _key(settings: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]


def _kept(
    texts: Sequence[Text],
    lexicon: Lexicon,
    settings: dict[str, Any],
    folder: Path,
    progress: Progress,
) -> Opened:
    """Open it if it is there; else build it beside its place and move it in when it is whole."""
    built = folder / _BUILT
    if built.is_file():
        return _open(folder, settings, json.loads(built.read_text("utf-8"))["seconds"], True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".making-", dir=folder.parent) as made:
        making = Path(made) / "index"
        seconds = _build(texts, lexicon, settings, making, progress)
        text = json.dumps({"seconds": seconds, **settings}, ensure_ascii=False, indent=1)
        (making / _BUILT).write_text(text + "\n", "utf-8")
        if not built.is_file():  # another run may have been quicker
            making.replace(folder)
    return _open(folder, settings, seconds, reopened=False)


def _build(
    texts: Sequence[Text],
    lexicon: Lexicon,
    settings: dict[str, Any],
    folder: Path,
    progress: Progress,
) -> float:
    begun = time.perf_counter()
    index.build(
        documents(texts),
        folder,
        release=str(settings["corpus_sha256"]),
        encoder=str(settings["encoder"]),
        lexicon=lexicon,
        seed=int(settings["seed"]),
        progress=progress,
    )
    return round(time.perf_counter() - begun, 3)


def _open(folder: Path, settings: dict[str, Any], seconds: float, reopened: bool) -> Opened:
    begun = time.perf_counter()
    searcher = index.open_index(folder)
    spent = round(time.perf_counter() - begun, 3)
    return Opened(
        searcher=searcher,
        manifest=index.read_manifest(folder),
        build_seconds=seconds,
        open_seconds=spent,
        reopened=reopened,
        settings=settings,
    )


def manifest_of(found: Opened) -> dict[str, Any]:
    """The manifest as plain values, without the list of files."""
    return {name: one for name, one in asdict(found.manifest).items() if name != "files"}
