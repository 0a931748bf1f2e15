"""What every vault must do, whatever it stands on."""

from __future__ import annotations

from typing import Protocol

import pytest

from assistant.errors import SealError
from assistant.privacy.sealing import Sealer, new_key
from assistant.privacy.types import Vault


class Rewrappable(Vault, Protocol):
    def rewrap(self, old: Sealer, new: Sealer) -> int: ...


class VaultContract:
    """Inherit it and give ``vault``: an empty vault under ``master``."""

    @pytest.fixture
    def master(self) -> Sealer:
        return Sealer(new_key())

    @pytest.fixture
    def vault(self, master: Sealer) -> Rewrappable:
        raise NotImplementedError

    @pytest.mark.parametrize("text", ["", "甲", "a\x00b\n", "\ud800", "𠮷👪", "长" * 5000])
    def test_what_was_sealed_is_opened(self, vault: Vault, text: str) -> None:
        sealed = vault.seal("p1", text)
        assert vault.open("p1", sealed) == text

    def test_sealed_bytes_tell_nothing(self, vault: Vault) -> None:
        text = "我叫李明，电话13800138000"
        first, second = vault.seal("p1", text), vault.seal("p1", text)
        assert first != second
        assert text.encode() not in first
        assert b"13800138000" not in first

    def test_another_person_cannot_open_it(self, vault: Vault) -> None:
        sealed = vault.seal("p1", "甲")
        vault.seal("p2", "乙")
        assert vault.open("p2", sealed) is None
        assert vault.open("nobody", sealed) is None

    def test_erasing_destroys_what_was_sealed_for_one_person(self, vault: Vault) -> None:
        mine, other = vault.seal("p1", "甲"), vault.seal("p2", "乙")
        vault.erase("p1")
        assert vault.open("p1", mine) is None
        assert vault.open("p2", other) == "乙"

    def test_erasing_twice_or_the_unknown_is_no_error(self, vault: Vault) -> None:
        vault.seal("p1", "甲")
        vault.erase("p1")
        vault.erase("p1")
        vault.erase("nobody")
        assert vault.open("nobody", b"") is None

    def test_after_an_erasure_a_person_can_begin_again(self, vault: Vault) -> None:
        before = vault.seal("p1", "旧")
        vault.erase("p1")
        after = vault.seal("p1", "新")
        assert vault.open("p1", after) == "新"
        assert vault.open("p1", before) is None

    def test_altered_bytes_are_refused(self, vault: Vault) -> None:
        sealed = vault.seal("p1", "甲乙丙")
        for place in range(8, len(sealed)):
            altered = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
            with pytest.raises(SealError):
                vault.open("p1", altered)
        with pytest.raises(SealError):
            vault.open("p1", sealed[:-1])

    def test_a_new_master_key_opens_what_the_old_one_sealed(
        self, vault: Rewrappable, master: Sealer
    ) -> None:
        sealed = {person: vault.seal(person, person * 2) for person in ("p1", "p2", "p3")}
        vault.erase("p3")
        fresh = Sealer(new_key())
        assert vault.rewrap(master, fresh) == 2
        assert [vault.open(person, one) for person, one in sealed.items()] == ["p1p1", "p2p2", None]
        assert vault.open("p4", vault.seal("p4", "新")) == "新"

    def test_a_wrong_old_key_changes_nothing(self, vault: Rewrappable) -> None:
        sealed = vault.seal("p1", "甲")
        with pytest.raises(SealError):
            vault.rewrap(Sealer(new_key()), Sealer(new_key()))
        assert vault.open("p1", sealed) == "甲"
