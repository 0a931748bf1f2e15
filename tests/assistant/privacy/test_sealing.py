"""Sealing, the key file, ids of persons, the vault in memory."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.errors import SealError, SetupError
from assistant.privacy.sealing import MemoryVault, Sealer, load_key, new_key, person_id
from tests.contracts.vaults import VaultContract

SECRET = b"s" * 32


class TestMemoryVault(VaultContract):
    @pytest.fixture
    def vault(self, master: Sealer) -> MemoryVault:
        return MemoryVault(master)


def test_sealed_for_one_row_it_opens_for_no_other() -> None:
    sealer = Sealer(new_key())
    sealed = sealer.seal(b"x", about=b"order 1")
    assert sealer.open(sealed, about=b"order 1") == b"x"
    for about in (b"order 2", b""):
        with pytest.raises(SealError):
            sealer.open(sealed, about=about)


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x02" + b"x" * 40, b"\x01" + b"x" * 40])
def test_what_was_never_sealed_is_refused_without_telling_it(sealed: bytes) -> None:
    with pytest.raises(SealError) as refused:
        Sealer(new_key()).open(sealed, about=b"")
    assert "xx" not in str(refused.value)


def test_older_keys_open_and_the_first_one_seals() -> None:
    old, new = new_key(), new_key()
    sealed = Sealer(old).seal(b"x", about=b"a")
    both = Sealer(new, older=[old])
    assert both.open(sealed, about=b"a") == b"x"
    assert Sealer(new).open(both.seal(b"y", about=b"a"), about=b"a") == b"y"
    with pytest.raises(SealError):
        Sealer(new).open(sealed, about=b"a")


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(SetupError):
        Sealer(b"k" * size)


def test_a_key_file_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"
    key = load_key(path)
    assert len(key) == 32
    assert load_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["master.key"]


def test_all_who_come_at_once_get_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(load_key, [tmp_path / "master.key"] * 32))
    assert len(keys) == 1


@pytest.mark.parametrize("content", [b"", b"ab" * 31, b"zz" * 32, b"\xff" * 64, b"AB" * 32])
def test_a_malformed_key_file_is_told_and_never_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "master.key"
    path.write_bytes(content)
    with pytest.raises(SetupError, match=r"master\.key"):
        load_key(path)
    assert path.read_bytes() == content


def test_a_folder_in_place_of_the_key_is_told(tmp_path: Path) -> None:
    with pytest.raises(SetupError):
        load_key(tmp_path)


def test_a_person_is_the_same_however_the_phone_is_typed() -> None:
    same = {
        person_id(SECRET, phone)
        for phone in ("13800138000", "138 0013 8000", "+86 138-0013-8000", "１３８００１３８０００")
    }
    assert len(same) == 1
    assert len(next(iter(same))) == 32
    assert person_id(SECRET, "13800138001") not in same
    assert person_id(b"t" * 32, "13800138000") not in same


def test_a_session_is_a_person_of_its_own() -> None:
    assert person_id(SECRET, "s1") == person_id(SECRET, "s1") != person_id(SECRET, "s2")
    assert person_id(SECRET, "\ud800")
