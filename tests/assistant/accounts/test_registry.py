"""Accounts: signing in, locks, sessions, first passwords, the second factor."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import Engine, text

from assistant.accounts import totp
from assistant.accounts.registry import Accounts
from assistant.accounts.types import NotSignedIn, SignedIn
from assistant.errors import AccountError
from tests.assistant.staffing import (
    PASSWORD,
    Clock,
    FakeSeals,
    accounts_over,
    database,
    settled,
)

WRONG = NotSignedIn(reason="wrong")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = database(tmp_path)
    yield made
    made.dispose()


@pytest.fixture
def accounts(engine: Engine, clock: Clock) -> Accounts:
    return accounts_over(engine, clock)


def acts(accounts: Accounts) -> list[tuple[str, str, str]]:
    lines = accounts.audit.lines()[::-1]
    return [(one.actor, one.action, one.result) for one in lines]


def test_the_first_password_must_be_changed(accounts: Accounts) -> None:
    made, first = accounts.add("lin", "agent", ("hotline", "window"), by="cli")
    assert (made.badge, made.desks, made.must_change) == ("001", ("hotline", "window"), True)
    begun = accounts.sign_in("lin", first)
    assert isinstance(begun, SignedIn)
    assert begun.token not in repr(begun)
    assert accounts.change_password(begun.token, "not it", PASSWORD) == ("原来的密码不对。",)
    assert accounts.change_password(begun.token, first, first) == ("新密码要和原来的不同。",)
    assert accounts.change_password(begun.token, first, "short") != ()
    assert accounts.change_password(begun.token, first, PASSWORD) == ()
    after = accounts.member(begun.token)
    assert after is not None
    assert not after.must_change
    assert accounts.sign_in("lin", first) == WRONG
    assert isinstance(accounts.sign_in("lin", PASSWORD), SignedIn)


def test_changing_the_password_ends_the_other_sessions(accounts: Accounts) -> None:
    _, token = settled(accounts)
    other = accounts.sign_in("lin.zixuan", PASSWORD)
    assert isinstance(other, SignedIn)
    assert accounts.change_password(token, PASSWORD, PASSWORD + "-next") == ()
    assert accounts.member(other.token) is None
    assert accounts.member(token) is not None


@pytest.mark.parametrize("name", ["", "Lin", "li", "林", "1in", "a" * 33, "lin zixuan"])
def test_names_that_are_none(accounts: Accounts, name: str) -> None:
    with pytest.raises(AccountError, match="用户名"):
        accounts.add(name, "agent", ("hotline",), by="cli")


def test_accounts_that_cannot_be(accounts: Accounts) -> None:
    accounts.add("lin", "agent", ("hotline",), by="cli")
    with pytest.raises(AccountError, match="已经有了"):
        accounts.add("lin", "auditor", (), by="cli")
    with pytest.raises(AccountError, match="服务台"):
        accounts.add("wang", "agent", (), by="cli")
    with pytest.raises(AccountError, match="服务台"):
        accounts.add("wang", "auditor", ("hotline",), by="cli")
    for change in (accounts.disable, accounts.reset, accounts.second_factor):
        with pytest.raises(AccountError, match="没有用户"):
            change("nobody", by="cli")


def test_five_wrong_tries_lock_and_the_lock_ends(accounts: Accounts, clock: Clock) -> None:
    settled(accounts)
    for _ in range(5):
        assert accounts.sign_in("lin.zixuan", "guess") == WRONG
    locked = accounts.sign_in("lin.zixuan", PASSWORD)
    assert locked == NotSignedIn(reason="locked", until=clock.now + accounts.locked)
    assert accounts.listed()[0].locked_until == locked.until
    clock.go(minutes=15, seconds=1)
    assert accounts.sign_in("lin.zixuan", "guess") == WRONG
    assert isinstance(accounts.sign_in("lin.zixuan", PASSWORD), SignedIn)
    assert accounts.listed()[0].locked_until is None


def test_a_right_password_begins_the_count_anew(accounts: Accounts) -> None:
    settled(accounts)
    for _ in range(3):
        for _ in range(4):
            assert accounts.sign_in("lin.zixuan", "guess") == WRONG
        assert isinstance(accounts.sign_in("lin.zixuan", PASSWORD), SignedIn)


def test_wrong_old_passwords_lock_too(accounts: Accounts) -> None:
    _, token = settled(accounts)
    for _ in range(5):
        assert accounts.change_password(token, "guess", PASSWORD + "-next")
    assert accounts.change_password(token, PASSWORD, PASSWORD + "-next") == ("原来的密码不对。",)
    assert accounts.sign_in("lin.zixuan", PASSWORD).__class__ is NotSignedIn


def test_many_tries_at_once_are_no_more_than_five(
    engine: Engine, clock: Clock, accounts: Accounts
) -> None:
    settled(accounts)
    looked_at = []

    class Counting:
        def verify(self, hashed: str, password: str) -> bool:
            looked_at.append(password)
            return accounts.hasher.verify(hashed, password)

        def hash(self, password: str) -> str:
            return accounts.hasher.hash(password)

    watched = Accounts(
        engine=engine,
        audit=accounts.audit,
        seals=FakeSeals(),
        hasher=Counting(),  # type: ignore[arg-type]
        clock=clock,
    )
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: watched.sign_in("lin.zixuan", f"guess {n}"), range(20)))
    assert len(looked_at) == 5
    assert sum(one == WRONG for one in found) == 5


def test_an_unknown_name_is_looked_at_like_a_known_one(accounts: Accounts) -> None:
    assert accounts.sign_in("nobody", PASSWORD) == WRONG
    assert acts(accounts) == [("unknown", "sign_in", "wrong")]


def test_a_session_ends_when_idle_and_after_its_longest(accounts: Accounts, clock: Clock) -> None:
    _, token = settled(accounts)
    for _ in range(3):
        clock.go(minutes=14)
        assert accounts.member(token) is not None
    clock.go(minutes=14)
    assert accounts.member(token, acts=False) is not None  # looked at, not used
    assert accounts.present() != ()
    clock.go(minutes=2)
    assert accounts.member(token) is None
    assert accounts.present() == ()
    begun = accounts.sign_in("lin.zixuan", PASSWORD)
    assert isinstance(begun, SignedIn)
    for _ in range(72):
        clock.go(minutes=10)
        found = accounts.member(begun.token)
    assert found is None


def test_signing_out_and_tokens_that_are_none(accounts: Accounts) -> None:
    _, token = settled(accounts)
    accounts.sign_out(token)
    assert accounts.member(token) is None
    accounts.sign_out(token)
    for one in ("", "x", token + "x"):
        assert accounts.member(one) is None


def test_disabled_and_reset(accounts: Accounts) -> None:
    _, token = settled(accounts)
    assert accounts.disable("lin.zixuan", by="cli").disabled
    assert accounts.member(token) is None
    assert accounts.sign_in("lin.zixuan", PASSWORD) == WRONG
    again, first = accounts.reset("lin.zixuan", by="cli")
    assert again.must_change
    assert not again.disabled
    assert isinstance(accounts.sign_in("lin.zixuan", first), SignedIn)
    assert accounts.sign_in("lin.zixuan", PASSWORD) == WRONG


def test_second_factor(accounts: Accounts, clock: Clock) -> None:
    settled(accounts)
    address = accounts.second_factor("lin.zixuan", by="cli")
    secret = parse_qs(urlsplit(address).query)["secret"][0]

    def code() -> str:
        return totp.code(secret, int(clock.now.timestamp()) // totp.STEP)

    for _ in range(6):  # asking for the code is no wrong try
        assert accounts.sign_in("lin.zixuan", PASSWORD) == NotSignedIn(reason="code")
    assert accounts.sign_in("lin.zixuan", PASSWORD, "000000") == WRONG
    assert accounts.sign_in("lin.zixuan", "guess", code()) == WRONG
    assert isinstance(accounts.sign_in("lin.zixuan", PASSWORD, code()), SignedIn)
    assert accounts.sign_in("lin.zixuan", PASSWORD, code()) == WRONG  # used
    clock.go(seconds=60)
    assert isinstance(accounts.sign_in("lin.zixuan", PASSWORD, code()), SignedIn)
    assert accounts.listed()[0].second_factor
    accounts.reset("lin.zixuan", by="cli")
    assert not accounts.listed()[0].second_factor


def test_neither_token_nor_password_nor_secret_is_stored(
    accounts: Accounts, engine: Engine
) -> None:
    _, token = settled(accounts)
    secret = parse_qs(urlsplit(accounts.second_factor("lin.zixuan", by="cli")).query)["secret"][0]
    with engine.connect() as connection:
        tables = [
            str(connection.execute(text(f"SELECT * FROM {name}")).all())
            for name in ("staff_accounts", "staff_sessions", "audit_lines")
        ]
    assert "$argon2id$" in tables[0]
    for hidden in (token, PASSWORD, secret):
        assert not any(hidden in one for one in tables)


def test_all_of_it_is_audited(accounts: Accounts) -> None:
    account, token = settled(accounts)
    accounts.sign_out(token)
    for _ in range(6):
        accounts.sign_in("lin.zixuan", "guess")
    accounts.reset("lin.zixuan", by="st-admin")
    accounts.disable("lin.zixuan", by="st-admin")
    assert acts(accounts) == [
        ("cli", "account.add", "ok"),
        (account.id, "sign_in", "ok"),
        (account.id, "password.change", "ok"),
        (account.id, "sign_out", "ok"),
        *[(account.id, "sign_in", "wrong")] * 5,
        (account.id, "sign_in", "locked"),
        ("st-admin", "account.reset", "ok"),
        ("st-admin", "account.disable", "ok"),
    ]
    assert accounts.audit.verify().whole
