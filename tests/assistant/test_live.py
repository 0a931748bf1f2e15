"""The release in use: swapped for a good one, kept when the new one is broken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from assistant import bootstrap
from assistant.live import LiveKnowledge
from assistant.types import Knowledge
from knowledge import releases, sources
from tests.conftest import publish, settings_of
from tests.records import hotline, item, no_index, source


@dataclass
class Loader:
    """Opens the current release without its index, or fails as it was told to."""

    home: Path
    fails: Exception | None = None
    loaded: list[str] = field(default_factory=list)

    def __call__(self) -> Knowledge:
        if self.fails is not None:
            raise self.fails
        release = releases.open_release(self.home)
        self.loaded.append(release.manifest.id)
        return Knowledge(release=release, searcher=None, hotlines={})


@pytest.fixture
def loader(tmp_path: Path) -> Loader:
    sources.stage(tmp_path, source("pack", [item("i1")]))
    releases.publish(tmp_path, no_index)
    return Loader(tmp_path)


def next_release(home: Path, code: str = "i2") -> str:
    sources.stage(home, source("excel", [item(code)]))
    return releases.publish(home, no_index).id


def test_the_same_release_is_not_opened_again(loader: Loader) -> None:
    live = LiveKnowledge(loader.home, loader)
    known = live()
    assert live.refresh() is False
    assert live() is known
    assert len(loader.loaded) == 1


def test_a_new_release_is_taken(loader: Loader) -> None:
    live = LiveKnowledge(loader.home, loader)
    old = live()
    name = next_release(loader.home)
    assert live() is old
    with capture_logs() as logs:
        assert live.refresh() is True
    assert (live().name, live().record("i2")) != (old.name, None)
    assert old.record("i2") is None
    assert logs == [{"event": "release_swapped", "release": name, "log_level": "info"}]
    assert live.refresh() is False


def test_a_rollback_is_taken_too(loader: Loader) -> None:
    first = releases.current(loader.home)
    assert first is not None
    next_release(loader.home)
    live = LiveKnowledge(loader.home, loader)
    releases.activate(loader.home, first)
    assert live.refresh() is True
    assert live().name == first


@pytest.mark.parametrize("error", [ValueError("x"), OSError("x"), MemoryError(), KeyError("x")])
def test_a_release_that_cannot_be_opened_is_refused(loader: Loader, error: Exception) -> None:
    live = LiveKnowledge(loader.home, loader)
    old = live()
    name = next_release(loader.home)
    loader.fails = error
    with capture_logs() as logs:
        assert live.refresh() is False
    assert live() is old
    (log,) = logs
    assert (log["event"], log["release"]) == ("release_refused", name)
    assert type(error).__name__ in log["error"]
    loader.fails = None
    assert live.refresh() is True
    assert live().name == name


def test_a_good_release_after_a_broken_one_is_taken(loader: Loader) -> None:
    live = LiveKnowledge(loader.home, loader)
    broken = next_release(loader.home)
    (loader.home / "releases" / broken / "records.jsonl").write_bytes(b"")
    with capture_logs():
        assert live.refresh() is False
    good = next_release(loader.home, "i3")
    assert live.refresh() is True
    assert live().name == good


def test_a_home_without_a_release_is_no_reason_to_swap(loader: Loader) -> None:
    live = LiveKnowledge(loader.home, loader)
    (loader.home / "current").unlink()
    assert live.refresh() is False
    assert live().record("i1") is not None


def test_the_first_release_must_open(loader: Loader) -> None:
    loader.fails = ValueError("broken")
    with pytest.raises(ValueError, match="broken"):
        LiveKnowledge(loader.home, loader)


def test_watching_takes_every_new_release_and_ends_when_cancelled(loader: Loader) -> None:
    async def go() -> None:
        opened: asyncio.Queue[str] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def load() -> Knowledge:
            knowledge = loader()
            loop.call_soon_threadsafe(opened.put_nowait, knowledge.name)
            return knowledge

        live = LiveKnowledge(loader.home, load)
        assert await opened.get() == live().name
        watcher = asyncio.create_task(live.watch(0))
        for code in ("i2", "i3"):
            name = await asyncio.to_thread(next_release, loader.home, code)
            assert await asyncio.wait_for(opened.get(), 20) == name
        watcher.cancel()
        with pytest.raises(asyncio.CancelledError):
            await watcher

    asyncio.run(go())
    assert len(loader.loaded) == 3


# With a real index

Damage = Callable[[Path], object]


def first_file(directory: Path, suffix: str) -> Path:
    return next(path for path in sorted(directory.rglob("*")) if path.name.endswith(suffix))


def halve(suffix: str) -> Damage:
    def cut(directory: Path) -> None:
        path = first_file(directory, suffix)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    return cut


def drop(suffix: str) -> Damage:
    return lambda directory: first_file(directory, suffix).unlink()


DAMAGES: dict[str, Damage] = {
    "no manifest": drop("manifest.json"),
    "half a manifest": halve("manifest.json"),
    "half the records": halve("records.jsonl"),
    "no codes": drop("codes.json"),
    "no index manifest": lambda directory: (directory / "index" / "manifest.json").unlink(),
    "no vectors": drop(".faiss"),
    "half the vectors": halve(".faiss"),
    "no documents": drop("documents.jsonl"),
    "half the names": halve("names.jsonl"),
    "other words": lambda directory: (directory / "index" / "words.txt").write_text("别的"),
    "half the columns": lambda directory: halve("rows.npy")(directory / "index" / "body"),
    "no titles": drop("titles.npz"),
    "half the lexicon": halve("lexicon.json"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_release_on_disk_is_refused(tmp_path: Path, damage: Damage) -> None:
    settings = settings_of(tmp_path / "home")
    records = [item("i1"), hotline("h1")]
    sources.stage(settings.home, source("pack", records))
    publish(settings)
    parts = bootstrap.build(settings)
    old = parts.live()
    sources.stage(settings.home, source("excel", [item("i2", "护照办理")]))
    broken = publish(settings).id
    damage(settings.home / "releases" / broken)
    with capture_logs() as logs:
        assert parts.live.refresh() is False
    assert [log["event"] for log in logs] == ["release_refused"]
    assert parts.live() is old
    ready = asyncio.run(parts.services.ready())
    assert (ready["ready"], ready["release"]) == (True, old.name)
