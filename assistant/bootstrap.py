"""The composition root: the only module that names concrete parts."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import HttpUrl, TypeAdapter

from assistant import rules
from assistant.answering import find
from assistant.bundles import sheets
from assistant.bundles.plans import MemoryPlans
from assistant.errors import SetupError
from assistant.feedback import record as record_feedback
from assistant.generators.types import Rewriter
from assistant.live import LiveKnowledge
from assistant.offices import Offices, master_key, open_offices
from assistant.pipeline import Assistant
from assistant.privacy.sealing import Sealer
from assistant.sessions.memory import MemoryLocks, MemorySessions
from assistant.sessions.types import Loss
from assistant.settings import Settings
from assistant.telemetry import Telemetry
from assistant.types import DialogueState, Knowledge, PlanStore, SessionLocks, SessionStore, Turn
from assistant.understanding import understand
from assistant.work_orders import kinds, topics
from channels.types import Feedback, Message, Services, Sheet, Welcome
from knowledge import releases, sources
from knowledge.formats import pack
from knowledge.types import Hotline, Record
from retrieval import index
from retrieval.documents import documents
from retrieval.lexicon import Lexicon
from retrieval.types import IndexMismatch, Progress, StoreUnavailable
from retrieval.wordings import load_outside

BEIJING = ZoneInfo("Asia/Shanghai")
LEXICON = pack.BUILT_IN / "lexicon"
OUTSIDE = pack.BUILT_IN / "outside"
PACK_SOURCE = "pack"
_BUILT_IN = ("built-in",)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a running process is made of."""

    settings: Settings
    assistant: Assistant
    services: Services
    live: LiveKnowledge
    offices: Offices
    warm: Callable[[], None]
    close: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Memory:
    """Where conversations and saved plans are kept; whether that answers, if it is a server."""

    sessions: SessionStore
    locks: SessionLocks
    plans: PlanStore
    close: Callable[[], Awaitable[None]]
    answers: Callable[[], Awaitable[bool]] | None = None


def build(settings: Settings) -> Parts:
    """Open the current release and wire everything.  Raises ``SetupError``."""
    telemetry = Telemetry()
    live = LiveKnowledge(settings.home, lambda: open_knowledge(settings))
    memory = remembering(settings, telemetry.lost)
    rewriter, hang_up = rewriting(settings)
    offices = open_offices(settings, lambda: suggesting.take_turn, live)
    assistant = Assistant(
        knowledge=live,
        sessions=memory.sessions,
        locks=memory.locks,
        plans=memory.plans,
        rules=rules.load(),
        today=today,
        ideas=lambda: ideas(live()),
        finished=telemetry.finished,
        aids=offices.aids,
        desks=offices.desks,
        rewriter=rewriter,
    )
    suggesting = replace(  # answers for staff to use: nothing is remembered, counted or filed
        assistant,
        sessions=MemorySessions(ttl=1, most=1),
        locks=MemoryLocks(),
        finished=_uncounted,
        aids=None,
        desks=None,
        rewriter=None,
    )

    def feedback(given: Feedback) -> None:
        telemetry.feedback(given.helpful)
        record_feedback(settings.home, given, live().name)

    async def sheet(code: str) -> Sheet | None:
        saved = await memory.plans.load(code)
        return sheets.sheet(code, saved, live()) if saved else None

    async def forget(session_id: str) -> None:
        async with memory.locks.hold(session_id):  # not while a turn of it would save it again
            await memory.sessions.forget(session_id)
            await offices.desks.erase(session_id)

    async def ready() -> dict[str, Any]:
        """What cannot be reached is said; questions are answered all the same."""
        redis = {"redis": await memory.answers()} if memory.answers else {}
        found = live()
        return {
            "ready": found.release is not None,
            "release": found.name,
            "database": await offices.answers(),
            **redis,
        }

    async def close() -> None:
        await hang_up()
        await memory.close()
        await offices.close()

    services = Services(
        respond=assistant.take_turn,
        sheet=sheet,
        forget=forget,
        feedback=feedback,
        welcome=lambda: welcome(live()),
        ready=ready,
        metrics=telemetry.exposition,
    )
    return Parts(settings, assistant, services, live, offices, warm, close)


def warm() -> None:
    """Load what the first filing needs, so that nobody waits for it."""
    kinds.classifier()
    topics.classifier()
    topics.tree()


def _uncounted(_turn: Turn) -> None:
    """Turns for staff are none of a citizen's."""


def remembering(settings: Settings, lost: Callable[[Loss], None]) -> Memory:
    """Redis where it is set, else this process's memory.  Raises ``SetupError``."""
    if settings.redis_url is None:
        sessions = MemorySessions(ttl=settings.session_ttl)
        return Memory(sessions, MemoryLocks(), MemoryPlans(ttl=settings.plan_ttl), _nothing)
    from assistant.sessions.redis import Link, RedisLocks, RedisPlans, RedisSessions

    sealer = _sealer(settings)
    try:
        link = Link(settings.redis_url.get_secret_value(), lost=lost)
    except ValueError:  # its words may hold the password
        raise SetupError(
            "SUIWEN_REDIS_URL 不是 Redis 的地址，例：redis://127.0.0.1:6379/0"
        ) from None
    return Memory(
        RedisSessions(link, sealer, ttl=settings.session_ttl),
        RedisLocks(link),
        RedisPlans(link, sealer, ttl=settings.plan_ttl),
        link.aclose,
        link.pings,
    )


def rewriting(settings: Settings) -> tuple[Rewriter | None, Callable[[], Awaitable[None]]]:
    """Who proposes rewritings, and how that is ended; nobody unless an address is set.

    What speaks HTTP is loaded only then.  Raises ``SetupError``."""
    if settings.chat_url is None:
        return None, _nothing
    if not settings.chat_model:
        raise SetupError("设了 SUIWEN_CHAT_URL，请用 SUIWEN_CHAT_MODEL 说明那里的模型名。")
    try:
        TypeAdapter(HttpUrl).validate_python(settings.chat_url)
    except ValueError:
        raise SetupError(
            "SUIWEN_CHAT_URL 不是 http(s) 地址，例：http://127.0.0.1:8000/v1"
        ) from None
    from assistant.gateways.line import Line
    from assistant.generators.chat import ChatRewriter, patience

    key = settings.chat_key.get_secret_value() if settings.chat_key else None
    wait = patience(settings.chat_seconds)
    rewriter = ChatRewriter(
        Line("chat", settings.chat_url, token=key, patience=wait), settings.chat_model
    )
    return rewriter, rewriter.close


async def _nothing() -> None:
    """Nothing to close."""


def _sealer(settings: Settings) -> Sealer:
    """Seals sessions in Redis.  Raises ``SetupError`` where the key is one of another length."""
    given = settings.session_key
    if given is None:
        return Sealer(master_key(settings))
    try:
        key = base64.b64decode(given.get_secret_value(), validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise SetupError(
            "SUIWEN_SESSION_KEY 须是 32 个随机字节的 base64，各进程相同。"
            "生成：openssl rand -base64 32"
        )
    return Sealer(key)


def today(now: datetime | None = None) -> date:
    """The date in Guangzhou (at a moment, by default now): validity goes by Beijing time."""
    return (now or datetime.now(UTC)).astimezone(BEIJING).date()


def open_knowledge(settings: Settings) -> Knowledge:
    """The current release with its index.  Raises ``SetupError`` with what to do."""
    try:
        release = releases.open_release(settings.home)
        searcher = index.open_index(
            release.directory / "index",
            release=release.manifest.id,
            encoder=settings.encoder,
            store=settings.vector_store,
            store_url=_store_url(settings),
        )
    except (releases.ReleaseError, IndexMismatch, StoreUnavailable, ValueError) as error:
        raise SetupError(str(error)) from error
    return Knowledge(
        release=release,
        searcher=searcher,
        hotlines=built_in_hotlines(),
        granting=tuple(release.records.having("benefits")),
    )


def _store_url(settings: Settings) -> str | None:
    url = settings.vector_store_url
    return url.get_secret_value() if url else None


@cache
def built_in_hotlines() -> dict[str, Hotline]:
    """The hotlines of the built-in pack: a crisis is answered with no release at all."""
    parsed = pack.parse([pack.BUILT_IN / "hotlines.yaml"])
    return {one.code: one for one in parsed.records if isinstance(one, Hotline)}


def index_builder(settings: Settings, progress: Progress) -> releases.BuildIndex:
    """How a publication builds the index of its release."""

    def build_index(records: Sequence[Record], directory: Path, release: str) -> dict[str, Any]:
        try:
            manifest = index.build(
                documents(records),
                directory,
                release=release,
                encoder=settings.encoder,
                store=settings.vector_store,
                store_url=_store_url(settings),
                lexicon=Lexicon.load(LEXICON),
                outside=load_outside(OUTSIDE),
                seed=settings.encoder_seed,
                progress=progress,
            )
        except (ValueError, StoreUnavailable) as error:
            raise releases.ReleaseError(f"索引没有建成：{error}") from error
        return asdict(manifest)

    return build_index


def publish(settings: Settings, progress: Progress) -> releases.Manifest:
    """Publish all staged sources, the built-in pack among them until it is removed."""
    staged = {one.name: one.files for one in sources.staged(settings.home)}
    ours = staged.get(PACK_SOURCE, _BUILT_IN) == _BUILT_IN
    if ours and not sources.was_removed(settings.home, PACK_SOURCE):
        stage_built_in(settings.home)  # anew: the pack of this version may be another one
    return releases.publish(settings.home, index_builder(settings, progress))


def stage_built_in(home: Path) -> sources.StagedSource:
    """Stage the built-in pack as its own source.  Raises ``SetupError`` if it does not validate."""
    parsed = pack.parse([pack.BUILT_IN])
    if parsed.rejected:
        raise SetupError(f"内置数据包有 {len(parsed.rejected)} 处错误：{parsed.rejected[0]}")
    source = sources.StagedSource(
        name=PACK_SOURCE,
        imported=datetime.now(UTC),
        files=_BUILT_IN,
        records=parsed.records,
    )
    sources.stage(home, source)
    return source


def welcome(knowledge: Knowledge) -> Welcome:
    """The words before the first question; suggestions that this release can answer."""
    texts = rules.replies()["welcome"]
    demonstration = knowledge.release is None or set(knowledge.release.manifest.sources) <= {
        PACK_SOURCE
    }
    return Welcome(
        title=texts["title"],
        notice=texts["demonstration"] if demonstration else texts["notice"],
        suggestions=ideas(knowledge),
        release=knowledge.name,
        demonstration=demonstration,
    )


@lru_cache(maxsize=2)
def ideas(knowledge: Knowledge) -> tuple[str, ...]:
    """Example questions that the release answers (worked out once for each opened release)."""
    return tuple(text for text in rules.welcome_questions() if _answers(text, knowledge))


def _answers(text: str, knowledge: Knowledge) -> bool:
    if knowledge.searcher is None:
        return False
    reading = understand(Message(text=text), DialogueState(), rules.load())
    return find(reading, knowledge, today()).decision.outcome == "answer"
