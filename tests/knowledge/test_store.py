"""Records on disk: every record comes back as it was written, by code and in order."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import store
from knowledge.types import Bundle, Hotline, Policy, Record, ServiceItem
from tests.records import any_record, bundle, hotline, item, policy

KINDS = (ServiceItem, Bundle, Policy, Hotline)


def test_records_by_code_and_in_order(tmp_path: Path) -> None:
    given_ = [item("z"), bundle("a"), policy("m"), hotline("居-1")]
    assert store.write(given_, tmp_path) == 4
    opened = store.RecordStore(tmp_path)
    assert (len(opened), list(opened)) == (4, ["z", "a", "m", "居-1"])
    assert list(opened.all()) == given_
    assert [opened.get(one.code) for one in given_] == given_


def test_an_unknown_code_is_none(tmp_path: Path) -> None:
    store.write([item("a")], tmp_path)
    assert store.RecordStore(tmp_path).get("b") is None


def test_a_record_is_decoded_once(tmp_path: Path) -> None:
    store.write([item("a")], tmp_path)
    opened = store.RecordStore(tmp_path)
    assert opened.get("a") is opened.get("a")


def test_no_records_at_all(tmp_path: Path) -> None:
    assert store.write([], tmp_path) == 0
    opened = store.RecordStore(tmp_path)
    assert (len(opened), list(opened.all()), opened.get("a")) == (0, [], None)


def test_more_records_than_the_cache_holds(tmp_path: Path) -> None:
    count = 4096 + 50
    store.write((hotline(f"h{n}", number=str(n)) for n in range(count)), tmp_path)
    opened = store.RecordStore(tmp_path)
    for _ in range(2):
        for n in range(0, count, 7):
            found = opened.get(f"h{n}")
            assert isinstance(found, Hotline)
            assert found.number == str(n)
    assert sum(1 for _ in opened.all()) == count


def test_threads_may_share_a_store(tmp_path: Path) -> None:
    store.write((hotline(f"h{n}", number=str(n)) for n in range(300)), tmp_path)
    opened = store.RecordStore(tmp_path)

    def read(start: int) -> bool:
        found = (opened.get(f"h{(start + n) % 300}") for n in range(300))
        return [one.number for one in found if isinstance(one, Hotline)] == [
            str((start + n) % 300) for n in range(300)
        ]

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(read, range(0, 300, 20)))


def test_the_file_may_be_replaced_under_an_open_store(tmp_path: Path) -> None:
    store.write([item("a"), item("b")], tmp_path)
    opened = store.RecordStore(tmp_path)
    (tmp_path / "records.jsonl").unlink()
    assert opened.get("b") == item("b")


@pytest.mark.parametrize("name", ["records.jsonl", "codes.json"])
def test_a_cut_off_file_is_refused(tmp_path: Path, name: str) -> None:
    store.write([item("a"), item("b")], tmp_path)
    path = tmp_path / name
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(ValueError):
        store.RecordStore(tmp_path)


def test_files_of_two_releases_do_not_fit(tmp_path: Path) -> None:
    store.write([item("a")], tmp_path)
    positions = (tmp_path / "codes.json").read_bytes()
    store.write([item("a", "另一个更长的名称")], tmp_path)
    (tmp_path / "codes.json").write_bytes(positions)
    with pytest.raises(ValueError, match="does not fit"):
        store.RecordStore(tmp_path)


@settings(max_examples=60)
@given(
    records=st.lists(
        st.one_of(*(any_record(kind) for kind in KINDS)), max_size=4, unique_by=lambda r: r.code
    )
)
def test_any_records_survive(
    tmp_path_factory: pytest.TempPathFactory, records: list[Record]
) -> None:
    directory = tmp_path_factory.mktemp("store")
    store.write(records, directory)
    opened = store.RecordStore(directory)
    assert list(opened.all()) == records
    assert [opened.get(one.code) for one in records] == records
