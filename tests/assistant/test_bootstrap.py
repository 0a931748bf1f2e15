"""The composition root: what is opened, staged and known without any release."""

from __future__ import annotations

import asyncio
import base64
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from assistant import bootstrap, rules
from assistant.bundles.plans import MemoryPlans
from assistant.errors import SetupError
from assistant.pipeline import Assistant
from assistant.sessions import MemoryLocks, MemorySessions
from assistant.settings import Settings
from assistant.types import DialogueState, Knowledge, Turn
from channels.types import Message, Reply, Status
from eval.redis_servers import RedisServer
from knowledge import releases, sources
from knowledge.types import Hotline
from tests.assistant.generators.servers import chat_server
from tests.conftest import no_progress, publish, settings_of
from tests.contracts.running import Run
from tests.records import item, no_index, source

ROOT = Path(__file__).resolve().parents[2]
KEY = base64.b64encode(bytes(range(32))).decode()


def say(assistant: Assistant, text: str) -> Reply:
    return asyncio.run(_take(assistant, text))


async def _take(assistant: Assistant, text: str) -> Reply:
    return await assistant.take_turn(Message(text=text))


def assistant_over(knowledge: Knowledge, today: date = date(2026, 7, 1)) -> Assistant:
    turns: list[Turn] = []
    return Assistant(
        locks=MemoryLocks(),
        plans=MemoryPlans(),
        knowledge=lambda: knowledge,
        sessions=MemorySessions(),
        rules=rules.load(),
        today=lambda: today,
        ideas=lambda: (),
        finished=turns.append,
    )


@pytest.fixture
def nothing() -> Knowledge:
    """No release at all."""
    return Knowledge(release=None, searcher=None, hotlines=bootstrap.built_in_hotlines())


# Days


@pytest.mark.parametrize(
    ("utc", "day"),
    [
        (datetime(2026, 6, 30, 15, 59, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 6, 30, 16, 0, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 7, 1, 0, 0, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2025, 12, 31, 16, 0, tzinfo=UTC), date(2026, 1, 1)),
    ],
)
def test_the_day_changes_at_midnight_in_guangzhou(utc: datetime, day: date) -> None:
    assert utc.astimezone(bootstrap.BEIJING).date() == day


def test_today_is_the_day_in_guangzhou() -> None:
    def day() -> date:
        return (datetime.now(UTC) + timedelta(hours=8)).date()

    before, today, after = day(), bootstrap.today(), day()
    assert before <= today <= after


def test_a_record_is_answered_from_on_its_days_only(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    record = item(effective=date(2026, 7, 1), expires=date(2026, 7, 31))
    sources.stage(tmp_path, source("pack", [record]))
    publish(settings)
    knowledge = bootstrap.open_knowledge(settings)

    def status(day: date) -> Status:
        return say(assistant_over(knowledge, day), "居住证办理要什么材料").status

    assert [status(date(2026, 7, day)) for day in (1, 15, 31)] == [Status.ANSWERED] * 3
    assert status(date(2026, 6, 30)) is Status.NOT_FOUND
    assert status(date(2026, 8, 1)) is Status.NOT_FOUND


# Without a release


def test_crisis_hotlines_are_known_without_a_release() -> None:
    lines = bootstrap.built_in_hotlines()
    assert all(isinstance(one, Hotline) for one in lines.values())
    wanted = {code for kind in rules.load().crisis for code in kind.hotlines}
    assert wanted <= lines.keys()
    assert {lines[code].number for code in wanted} >= {"110", "119", "120", "122", "12110"}


def test_every_crisis_is_answered_without_a_release(nothing: Knowledge) -> None:
    for text, number in (
        ("家里着火了", "119"),
        ("我不想活了", "12356"),
        ("老公打我", "110"),
        ("不方便说话，短信报警", "12110"),
        ("有人晕倒了", "120"),
        ("撞车了有人受伤", "122"),
    ):
        reply = say(assistant_over(nothing), text)
        assert reply.status is Status.CRISIS, text
        assert reply.cards[0].rows[0].tel == number, text
        assert reply.citations


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("居住证要什么材料", Status.NOT_FOUND),
        ("今晚吃什么好", None),
        ("你好", None),
        ("", Status.CLARIFY),
        ("都不是", None),
        ("x" * 501, Status.REFUSED),
    ],
)
def test_other_messages_get_a_reply_without_a_release(
    nothing: Knowledge, text: str, status: Status | None
) -> None:
    reply = say(assistant_over(nothing), text)
    assert reply.text
    assert status is None or reply.status is status
    assert reply.status is not Status.ANSWERED or not reply.citations


# Opening


def test_the_parts_stand_on_the_current_release(parts: bootstrap.Parts, home: Path) -> None:
    assert parts.live().name == releases.current(home)
    assert asyncio.run(parts.services.ready()) == {
        "ready": True,
        "release": parts.live().name,
        "database": True,
    }


def test_nothing_published_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="suiwen publish"):
        bootstrap.build(settings_of(tmp_path))


def test_another_encoder_is_refused(home: Path) -> None:
    with pytest.raises(SetupError) as caught:
        bootstrap.build(settings_of(home, encoder="static"))
    assert "encoder" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_index_of_another_release_is_refused(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    sources.stage(tmp_path, source("pack", [item()]))
    first = publish(settings).id
    second = publish(settings).id
    index = tmp_path / "releases" / second / "index"
    (index / "manifest.json").write_bytes(
        (tmp_path / "releases" / first / "index" / "manifest.json").read_bytes()
    )
    with pytest.raises(SetupError, match="release"):
        bootstrap.open_knowledge(settings)


def test_a_release_without_an_index_is_refused(tmp_path: Path) -> None:
    sources.stage(tmp_path, source("pack", [item()]))
    releases.publish(tmp_path, no_index)
    with pytest.raises(SetupError, match="manifest"):
        bootstrap.open_knowledge(settings_of(tmp_path))


# Memory


def of_redis(redis: RedisServer, home: Path) -> Settings:
    return settings_of(home, redis_url=redis.url, session_key=KEY)


async def _closed(parts: Sequence[bootstrap.Parts]) -> None:
    for one in parts:
        await one.close()


def test_processes_on_one_redis_share_conversations(
    redis: RedisServer, home: Path, run: Run
) -> None:
    first, second = parts = [bootstrap.build(of_redis(redis, home)) for _ in range(2)]

    async def go() -> tuple[Reply, Reply, Reply]:
        begun = await first.assistant.take_turn(Message(text="居住证首次申领要什么材料"))
        follow_up = Message(text="那要多少钱？", session_id=begun.session_id)
        there = await second.assistant.take_turn(follow_up)
        await second.services.forget(begun.session_id)
        gone = await first.assistant.take_turn(follow_up)
        await _closed(parts)
        return begun, there, gone

    begun, there, gone = run(go())
    assert there.citations[0].code == begun.citations[0].code
    assert gone.status is Status.CLARIFY


def test_while_redis_is_away_every_question_is_answered_and_counted(
    redis: RedisServer, home: Path, run: Run
) -> None:
    parts = bootstrap.build(of_redis(redis, home))

    async def go() -> list[Reply]:
        begun = await parts.assistant.take_turn(Message(text="居住证首次申领要什么材料"))
        redis.kill()
        texts = ("那要多少钱？", "居住证首次申领要什么材料", "我家着火了")
        asked = [Message(text=text, session_id=begun.session_id) for text in texts]
        replies = [await parts.assistant.take_turn(one) for one in asked]
        await _closed([parts])
        return replies

    statuses = [one.status for one in run(go())]
    assert statuses == [Status.CLARIFY, Status.ANSWERED, Status.CRISIS]
    assert b'suiwen_without_memory_total{cause="away"} 3.0' in parts.services.metrics()


def test_whoever_is_forgotten_is_not_saved_again_by_a_turn_under_way(home: Path, run: Run) -> None:
    """Erasing waits for the turn: whatever it keeps goes with the rest."""
    parts = bootstrap.build(settings_of(home))

    async def go() -> Reply:
        async with parts.assistant.locks.hold("session-1"):
            forgetting = asyncio.create_task(parts.services.forget("session-1"))
            await asyncio.sleep(0)
            await parts.assistant.sessions.save("session-1", DialogueState(record="x"))
        await forgetting
        assert await parts.assistant.sessions.load("session-1") == DialogueState()
        return await parts.assistant.take_turn(Message(text="那要多少钱？", session_id="session-1"))

    assert run(go()).status is Status.CLARIFY


@pytest.mark.parametrize(
    ("url", "key", "told"),
    [
        ("redis://me:hidden@127.0.0.1:6379/0", "c2hvcnQ=", "SUIWEN_SESSION_KEY"),
        ("redis://me:hidden@127.0.0.1:6379/0", "not base64", "SUIWEN_SESSION_KEY"),
        ("me:hidden@127.0.0.1:6379", KEY, "SUIWEN_REDIS_URL"),
        ("redis://me:hidden@127.0.0.1:port/0", KEY, "SUIWEN_REDIS_URL"),
    ],
)
def test_settings_of_redis_that_do_not_fit_are_told_without_their_secrets(
    home: Path, url: str, key: str | None, told: str
) -> None:
    with pytest.raises(SetupError, match=told) as caught:
        bootstrap.build(settings_of(home, redis_url=url, session_key=key))
    shown = str(caught.value) + repr(settings_of(home, redis_url=url, session_key=key))
    assert "hidden" not in shown
    assert not key or key not in shown


# Publishing


def test_the_built_in_pack_stands_in_while_nothing_is_imported(home: Path) -> None:
    (only,) = sources.staged(home)
    assert only.name == bootstrap.PACK_SOURCE
    assert {one.provenance.source for one in only.records} == {"pack"}
    assert releases.open_release(home).manifest.sources == {"pack": len(only.records)}


def test_the_pack_is_published_beside_what_was_imported(tmp_path: Path) -> None:
    sources.stage(tmp_path, source("excel", [item()]))
    manifest = bootstrap.publish(settings_of(tmp_path), no_progress)
    assert set(manifest.sources) == {"excel", bootstrap.PACK_SOURCE}


def test_a_removed_pack_does_not_come_back(tmp_path: Path) -> None:
    sources.remove(tmp_path, bootstrap.PACK_SOURCE)
    sources.stage(tmp_path, source("excel", [item()]))
    manifest = bootstrap.publish(settings_of(tmp_path), no_progress)
    assert manifest.sources == {"excel": 1}
    assert manifest.index["encoder"] == "hashing"
    assert manifest.index["release"] == manifest.id


def test_progress_is_told_while_an_index_is_built(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    sources.stage(tmp_path, source("excel", [item()]))
    bootstrap.publish(
        settings_of(tmp_path), lambda step, done, total: told.append((step, done, total))
    )
    assert told
    assert all(0 <= done <= total for _, done, total in told)


# Welcome


def test_suggestions_are_questions_that_this_release_answers(parts: bootstrap.Parts) -> None:
    shown = parts.services.welcome().suggestions
    assert 3 <= len(shown) <= len(rules.welcome_questions())
    for text in shown:
        assert say(parts.assistant, text).status in (
            Status.ANSWERED,
            Status.PARTIAL,
            Status.GUIDING,
        )


def test_a_release_with_other_questions_suggests_none_of_ours(tmp_path: Path) -> None:
    sources.remove(tmp_path, bootstrap.PACK_SOURCE)
    sources.stage(tmp_path, source("excel", [item("x", "渔船年审", materials=())]))
    publish(settings_of(tmp_path))
    welcome = bootstrap.build(settings_of(tmp_path)).services.welcome()
    assert welcome.suggestions == ()
    assert welcome.demonstration is False


def test_the_built_in_pack_is_said_to_be_a_demonstration(parts: bootstrap.Parts) -> None:
    welcome = parts.services.welcome()
    assert welcome.demonstration is True
    assert "演示" in welcome.notice


def test_no_release_is_a_demonstration_without_suggestions(nothing: Knowledge) -> None:
    welcome = bootstrap.welcome(nothing)
    assert (welcome.suggestions, welcome.demonstration, welcome.release) == ((), True, "none")


# A language model


def test_without_an_address_there_is_none(tmp_path: Path) -> None:
    assert bootstrap.rewriting(settings_of(tmp_path, chat_model="m", chat_key="k"))[0] is None


def test_what_speaks_http_is_loaded_only_with_one(tmp_path: Path) -> None:
    program = (
        "import sys; from assistant import bootstrap; from assistant.settings import Settings\n"
        "def loaded(): return 'assistant.generators.chat' in sys.modules, 'httpx' in sys.modules\n"
        "bootstrap.rewriting(Settings(_env_file=None)); print(loaded())\n"
        "bootstrap.rewriting(Settings(_env_file=None, chat_url='http://127.0.0.1:1/v1', "
        "chat_model='m')); print(loaded())"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert found.stdout.split("\n")[:2] == ["(False, False)", "(True, True)"]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"chat_url": "http://127.0.0.1:1/v1"}, "SUIWEN_CHAT_MODEL"),
        ({"chat_url": "127.0.0.1/v1", "chat_model": "m"}, "SUIWEN_CHAT_URL"),
        ({"chat_url": "ftp://127.0.0.1", "chat_model": "m"}, "SUIWEN_CHAT_URL"),
        ({"chat_url": "http://host:port/v1", "chat_model": "m"}, "SUIWEN_CHAT_URL"),
        ({"chat_url": "", "chat_model": "m"}, "SUIWEN_CHAT_URL"),
    ],
)
def test_an_address_that_is_none_is_told(
    tmp_path: Path, changes: dict[str, str], named: str
) -> None:
    with pytest.raises(SetupError, match=named):
        bootstrap.rewriting(settings_of(tmp_path, **changes))


def test_the_one_that_is_set_is_asked_and_closed(home: Path) -> None:
    with chat_server() as chat:
        chat.says("居住证多少钱")

        async def go() -> str | None:
            parts = bootstrap.build(
                settings_of(home, chat_url=chat.url, chat_model="m", chat_key="sk-1")
            )
            assert parts.assistant.rewriter is not None
            proposed = await parts.assistant.rewriter.rewrite((), "多少钱")
            await parts.close()
            return proposed

        assert asyncio.run(go()) == "居住证多少钱"
        assert chat.tokens == ["Bearer sk-1"]
