from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.types import StoreUnavailable
from retrieval.vector_stores.servers import Kept, Pause, name_of


def test_the_pause_ends() -> None:
    now = [100.0]
    pause = Pause(5, clock=lambda: now[0])
    pause.check()
    pause.begin()
    now[0] = 104.9
    with pytest.raises(StoreUnavailable):
        pause.check()
    now[0] = 105.0
    pause.check()


def test_what_is_kept_survives_the_disk(tmp_path: Path) -> None:
    kept = Kept(release="穗-1", vectors=3, dimensions=192, indexed=True)
    kept.save(tmp_path / "kept.json")
    assert Kept.load(tmp_path / "kept.json") == kept


def test_names_differ_and_every_server_takes_them() -> None:
    names = {name_of(release) for release in ("a", "b", "穗'; DROP TABLE", "", "a" * 500)}
    assert len(names) == 5
    assert all(name.isascii() and name.isidentifier() and len(name) < 30 for name in names)
