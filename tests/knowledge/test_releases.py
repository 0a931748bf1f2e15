"""Releases: built beside the live one, switched by one rename, never broken by what fails."""

import json
import shutil
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import releases, sources
from knowledge.types import Bundle, Hotline, Policy, Record, ServiceItem
from tests.records import any_record, bundle, hotline, item, no_index, policy, source

NOW = datetime(2026, 11, 22, 8, 15, tzinfo=UTC)


def publish(home: Path, minutes: int = 0) -> releases.Manifest:
    return releases.publish(home, no_index, now=NOW + timedelta(minutes=minutes))


@pytest.fixture
def staged(tmp_path: Path) -> Path:
    """A home with two sources that are not published yet."""
    sources.stage(tmp_path, source("pack", [item("i1"), policy("p1"), hotline("h1")]))
    sources.stage(tmp_path, source("excel", [bundle("b1")]))
    return tmp_path


@pytest.fixture
def two(staged: Path) -> tuple[Path, str, str]:
    """A home with two releases; the second one is current."""
    first = publish(staged).id
    sources.stage(staged, source("excel", [bundle("b1"), item("i2")]))
    return staged, first, publish(staged, 1).id


# Publishing


def test_publishing_says_what_was_published(staged: Path) -> None:
    manifest = publish(staged)
    assert manifest.id == f"20261122T081500000-{manifest.records_sha256[:8]}"
    assert (manifest.records, manifest.sources) == (4, {"excel": 1, "pack": 3})
    assert manifest.index == {"release": manifest.id, "documents": 4}
    assert releases.current(staged) == manifest.id
    assert releases.listing(staged) == (manifest,)


def test_the_current_release_holds_all_sources(staged: Path) -> None:
    manifest = publish(staged)
    opened = releases.open_release(staged)
    assert opened.manifest == manifest
    assert list(opened.records) == ["b1", "i1", "p1", "h1"]
    assert opened.records.get("i1") == sources.owned(item("i1"), "pack")
    assert releases.verify(opened)
    assert (opened.directory / "index" / "codes.txt").read_text(
        encoding="utf-8"
    ) == "b1\ni1\np1\nh1"


def test_the_link_is_relative_so_that_a_home_can_be_moved(staged: Path, tmp_path: Path) -> None:
    manifest = publish(staged)
    moved = tmp_path.with_name(tmp_path.name + "-moved")
    staged.rename(moved)
    assert releases.open_release(moved).manifest == manifest


def test_the_same_records_give_the_same_content(staged: Path) -> None:
    first, second = publish(staged), publish(staged, 1)
    assert first.records_sha256 == second.records_sha256
    assert first.id != second.id


def test_nothing_staged(tmp_path: Path) -> None:
    with pytest.raises(releases.ReleaseError, match="suiwen import"):
        publish(tmp_path)
    assert releases.current(tmp_path) is None
    assert releases.listing(tmp_path) == ()


def test_a_source_without_records_alone_is_nothing(tmp_path: Path) -> None:
    sources.stage(tmp_path, source("pack", []))
    with pytest.raises(releases.ReleaseError, match="没有可发布的记录"):
        publish(tmp_path)


def test_a_withdrawn_source_leaves_with_the_next_release(two: tuple[Path, str, str]) -> None:
    home, _, second = two
    sources.remove(home, "excel")
    assert releases.open_release(home).manifest.id == second
    assert publish(home, 2).sources == {"pack": 3}
    assert list(releases.open_release(home).records) == ["i1", "p1", "h1"]


def test_importing_one_source_withdraws_nothing_of_another(two: tuple[Path, str, str]) -> None:
    home, _, _ = two
    sources.stage(home, source("policy", [policy("p2")]))
    publish(home, 2)
    assert set(releases.open_release(home).records) == {"i1", "p1", "h1", "b1", "i2", "p2"}


# What must not be published


def test_a_code_in_two_sources_is_refused(staged: Path) -> None:
    manifest = publish(staged)
    sources.stage(staged, source("portal", [item("i1"), item("p1")]))
    with pytest.raises(releases.ReleaseError, match="2 个编码") as caught:
        publish(staged, 1)
    assert sorted(one.code for one in caught.value.findings) == ["i1", "p1"]
    assert releases.current(staged) == manifest.id


def test_a_code_twice_in_one_source_is_refused(staged: Path) -> None:
    manifest = publish(staged)
    sources.stage(staged, source("excel", [bundle("b1"), bundle("b1")]))
    with pytest.raises(releases.ReleaseError, match="1 个编码"):
        publish(staged, 1)
    assert releases.open_release(staged).manifest == manifest


def test_a_damaged_source_stops_the_publication(staged: Path) -> None:
    manifest = publish(staged)
    path = staged / "sources" / "excel.jsonl"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(sources.SourceError, match=r"excel\.jsonl"):
        publish(staged, 1)
    assert releases.current(staged) == manifest.id


class Broken(Exception):
    """What an index builder may raise."""


def failing(records: Sequence[Record], directory: Path, release: str) -> dict[str, Any]:
    no_index(records, directory, release)
    raise Broken


def test_an_index_builder_that_raises_leaves_the_old_release(two: tuple[Path, str, str]) -> None:
    home, first, second = two
    with pytest.raises(Broken):
        releases.publish(home, failing, now=NOW + timedelta(minutes=2))
    assert releases.current(home) == second
    assert {one.id for one in releases.listing(home)} == {first, second}
    assert releases.verify(releases.open_release(home))


def test_leftovers_of_a_failed_publication_are_swept(staged: Path) -> None:
    with pytest.raises(Broken):
        releases.publish(staged, failing, now=NOW)
    leftover = staged / "releases" / ".building-20200101T000000000-00000000" / "index"
    leftover.mkdir(parents=True)
    manifest = publish(staged, 1)
    assert [path.name for path in (staged / "releases").iterdir()] == [manifest.id]


def test_a_failed_publication_gives_the_lock_back(staged: Path) -> None:
    with pytest.raises(Broken):
        releases.publish(staged, failing, now=NOW)
    assert publish(staged, 1).id == releases.current(staged)


def test_two_publications_at_once_are_refused(staged: Path) -> None:
    building, release = threading.Event(), threading.Event()
    done: list[releases.Manifest] = []

    def slow(records: Sequence[Record], directory: Path, name: str) -> dict[str, Any]:
        building.set()
        assert release.wait(20)
        return no_index(records, directory, name)

    thread = threading.Thread(target=lambda: done.append(releases.publish(staged, slow, now=NOW)))
    thread.start()
    try:
        assert building.wait(20)
        assert releases.current(staged) is None
        assert releases.listing(staged) == ()
        with pytest.raises(releases.ReleaseError, match="另一个发布正在进行"):
            publish(staged, 1)
    finally:
        release.set()
        thread.join(20)
    assert releases.current(staged) == done[0].id


# Switching


def test_rollback_and_back(two: tuple[Path, str, str]) -> None:
    home, first, second = two
    releases.activate(home, first)
    assert releases.current(home) == first
    assert set(releases.open_release(home).records) == {"i1", "p1", "h1", "b1"}
    releases.activate(home, second)
    assert releases.open_release(home).records.get("i2") is not None
    assert not list(home.glob(".current.*"))


def test_listing_is_newest_first(two: tuple[Path, str, str]) -> None:
    home, first, second = two
    releases.activate(home, first)
    assert [one.id for one in releases.listing(home)] == [second, first]


def test_any_release_can_be_opened_by_name(two: tuple[Path, str, str]) -> None:
    home, first, _ = two
    assert releases.open_release(home, first).manifest.id == first


@pytest.mark.parametrize("name", ["ghost", "", ".", "..", "../releases", "a/b"])
def test_an_unknown_release_is_refused_and_the_known_ones_named(
    two: tuple[Path, str, str], name: str
) -> None:
    home, first, second = two
    with pytest.raises(releases.ReleaseError) as caught:
        releases.activate(home, name)
    assert first in str(caught.value)
    assert second in str(caught.value)
    assert releases.current(home) == second


def test_a_building_directory_cannot_be_activated(staged: Path) -> None:
    name = publish(staged).id
    hidden = staged / "releases" / f".building-{name}"
    shutil.copytree(staged / "releases" / name, hidden)
    with pytest.raises(releases.ReleaseError, match="没有版本"):
        releases.activate(staged, hidden.name)


def test_an_opened_release_survives_the_next_one(two: tuple[Path, str, str]) -> None:
    home, first, second = two
    opened = releases.open_release(home, first)
    releases.activate(home, second)
    shutil.rmtree(home / "releases" / first)
    assert opened.records.get("i1") is not None
    assert releases.verify(opened)


# Damage


def test_nothing_published_yet(staged: Path) -> None:
    with pytest.raises(releases.ReleaseError, match="suiwen publish"):
        releases.open_release(staged)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def edit(key: str, value: Any) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        content = json.loads(path.read_bytes())
        content[key] = value
        path.write_text(json.dumps(content), encoding="utf-8")

    return change


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("manifest.json", Path.unlink),
        ("manifest.json", cut),
        ("manifest.json", lambda path: path.write_bytes(b"")),
        ("manifest.json", lambda path: path.write_bytes(b"[]")),
        ("manifest.json", lambda path: path.write_bytes(b"\xff")),
        ("manifest.json", edit("unknown", 1)),
        ("manifest.json", edit("records", 3)),
        ("codes.json", Path.unlink),
        ("codes.json", cut),
        ("codes.json", lambda path: path.write_bytes(b"[1, 2]")),
        ("codes.json", lambda path: path.write_bytes(b'{"i1": 1}')),
        ("records.jsonl", Path.unlink),
        ("records.jsonl", cut),
        ("records.jsonl", lambda path: path.write_bytes(b"")),
    ],
)
def test_a_damaged_release_gives_one_clear_line(
    two: tuple[Path, str, str], name: str, damage: Callable[[Path], object]
) -> None:
    home, first, second = two
    damage(home / "releases" / second / name)
    with pytest.raises(releases.ReleaseError) as caught:
        releases.open_release(home)
    message = str(caught.value)
    assert second in message
    assert "rollback" in message
    assert "\n" not in message
    releases.activate(home, first)
    assert releases.verify(releases.open_release(home))


def test_a_damaged_manifest_hides_only_its_own_release(two: tuple[Path, str, str]) -> None:
    home, first, second = two
    cut(home / "releases" / second / "manifest.json")
    assert [one.id for one in releases.listing(home)] == [first]
    with pytest.raises(releases.ReleaseError, match="没有版本"):
        releases.activate(home, second)


def test_a_renamed_release_is_not_listed(two: tuple[Path, str, str]) -> None:
    home, first, second = two
    (home / "releases" / first).rename(home / "releases" / "renamed")
    assert [one.id for one in releases.listing(home)] == [second]


def test_a_link_to_nowhere_is_told(two: tuple[Path, str, str]) -> None:
    home, first, second = two
    shutil.rmtree(home / "releases" / second)
    with pytest.raises(releases.ReleaseError, match="不完整"):
        releases.open_release(home)
    assert [one.id for one in releases.listing(home)] == [first]


def test_one_changed_character_fails_verification(staged: Path) -> None:
    name = publish(staged).id
    path = staged / "releases" / name / "records.jsonl"
    path.write_bytes(path.read_bytes().replace("公安".encode(), "公案".encode()))
    assert releases.verify(releases.open_release(staged)) is False


@settings(max_examples=40)
@given(
    records=st.lists(
        st.one_of(*(any_record(kind) for kind in (ServiceItem, Bundle, Policy, Hotline))),
        min_size=1,
        max_size=3,
        unique_by=lambda record: record.code,
    )
)
def test_any_records_survive_publication(
    tmp_path_factory: pytest.TempPathFactory, records: list[Record]
) -> None:
    home = tmp_path_factory.mktemp("home")
    sources.stage(home, source("s", records))
    publish(home)
    opened = releases.open_release(home)
    assert releases.verify(opened)
    assert list(opened.records.all()) == [sources.owned(record, "s") for record in records]
