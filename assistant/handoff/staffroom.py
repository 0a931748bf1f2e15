"""What the staff channel may call, made of accounts, the desk and the knowledge.

Every act is checked against the role's permissions here, whatever the page shows; what is denied
is a line of the audit log like what is done.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from assistant.accounts.backroom import BackRoom
from assistant.accounts.registry import Accounts
from assistant.accounts.roles import label, permissions
from assistant.accounts.types import Account, NotSignedIn, Permission, Role
from assistant.audit.types import Entry
from assistant.guardrails import clean
from assistant.handoff.asking import table, wants_person
from assistant.handoff.desk import Handed, Spoke, SqlStaffDesk, session_key
from assistant.handoff.types import Place
from channels.types import (
    Conversation,
    LiveFrame,
    Queued,
    Reply,
    Source,
    Spoken,
    StaffAct,
    StaffMember,
    StaffNotSignedIn,
    StaffPhone,
    StaffRefusal,
    StaffServices,
    StaffSignedIn,
    Status,
    Suggestion,
)

MOST_CHARACTERS = 1_000
"""The longest answer of a member of staff."""

Suggest = Callable[[str], Awaitable[Sequence[Reply]]]
_OPEN = ("waiting", "taken")
_USEFUL = (Status.ANSWERED, Status.PARTIAL)
_NEEDS: dict[str, Permission] = {
    "take": "handoff.take",
    "say": "handoff.answer",
    "invite": "handoff.end",
    "reveal": "handoff.answer",
    "return": "handoff.end",
    "close": "handoff.end",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRoom:
    """``source``: record code → its title and address, ``None`` if it is unknown; ``suggest``:
    what a citizen said → replies of the assistant; ``beat``: seconds, how often a citizen's page is
    noted as connected, and staff see who is not any more."""

    accounts: Accounts
    desk: SqlStaffDesk
    source: Callable[[str], Source | None]
    suggest: Suggest
    beat: float = 10.0

    def services(self) -> StaffServices:
        back = BackRoom(accounts=self.accounts)
        return StaffServices(
            sign_in=self.sign_in,
            sign_out=self.sign_out,
            member=self.member,
            change_password=self.change_password,
            queue=self.queue,
            conversation=self.conversation,
            news=self.news,
            act=self.act,
            reveal=self.reveal,
            suggestions=self.suggestions,
            watch=self.watch,
            live=self.live,
            missed=self.missed,
            audit=back.audit,
            accounts=back.listed,
            change_account=back.change,
        )

    # Signing in

    async def sign_in(
        self, name: str, password: str, code: str
    ) -> StaffSignedIn | StaffNotSignedIn:
        found = await asyncio.to_thread(self.accounts.sign_in, name, password, code)
        if isinstance(found, NotSignedIn):
            return StaffNotSignedIn(reason=found.reason, until=found.until)
        return StaffSignedIn(token=found.token, member=_member(found.account))

    async def sign_out(self, token: str) -> None:
        """End the session; whoever was taken over goes back to the queue with the next tidying."""
        await asyncio.to_thread(self.accounts.sign_out, token)

    async def member(self, token: str, acts: bool) -> StaffMember | None:
        found = await asyncio.to_thread(lambda: self.accounts.member(token, acts=acts))
        return None if found is None else _member(found)

    async def change_password(self, token: str, old: str, new: str) -> tuple[str, ...]:
        return await asyncio.to_thread(self.accounts.change_password, token, old, new)

    # The desk

    async def queue(self, member: StaffMember) -> tuple[Queued, ...]:
        account = self._allowed(member, "handoff.read")
        return () if account is None else tuple(map(_queued, await self.desk.queue(account)))

    async def conversation(self, member: StaffMember, id_: str) -> Conversation | None:
        account = self._allowed(member, "handoff.read")
        handed = None if account is None else await self.desk.open(account, id_)
        if account is None or handed is None:
            return None
        lines = await self.desk.lines(account, id_)
        package = handed.package
        before = (
            Spoken(who=one.who, at=one.at, text=one.text, sources=self._sources(one.codes))
            for one in package.said
        )
        return Conversation(
            id=id_,
            desk=handed.place.desk,
            status=handed.place.status,
            mine=handed.agent == account.id,
            since=handed.queued,
            lines=package.lines,
            sources=self._sources(package.codes),
            spoken=(*before, *map(self._spoken, lines)),
            invites=tuple((name, one["label"]) for name, one in table()["invites"].items()),
            urgent=handed.urgent,
            gone=handed.gone,
        )

    async def news(self, member: StaffMember, id_: str, after: int) -> tuple[Spoken, ...]:
        account = self._allowed(member, "handoff.read")
        if account is None:
            return ()
        return tuple(map(self._spoken, await self.desk.lines(account, id_, after)))

    async def act(self, member: StaffMember, id_: str, act: StaffAct) -> StaffRefusal | None:
        account = self._allowed(member, _NEEDS[act.kind])
        if account is None:
            await asyncio.to_thread(self._denied, member, act.kind)
            return "denied"
        text = clean(act.text).strip()
        match act.kind:
            case "take":
                done = await self.desk.take(account, id_)
            case "return":
                done = await self.desk.hand_back(account, id_)
            case "close":
                done = await self.desk.close(account, id_)
            case "invite" if text not in table()["invites"]:
                return "empty"
            case "invite":
                words = table()["invites"][text]["text"]
                done = await self.desk.answer(account, id_, words)
                done = done and await self.desk.hand_back(account, id_)
            case "say" if not text:
                return "empty"
            case "say" if len(text) > MOST_CHARACTERS:
                return "too_long"
            case _:
                codes = [one.code for one in self._sources(act.codes)]
                done = await self.desk.answer(account, id_, text, codes)
        return None if done else "gone"

    async def reveal(self, member: StaffMember, id_: str) -> StaffPhone | None:
        """The number that the citizen gave, for who has the conversation; audited either way."""
        account = self._allowed(member, _NEEDS["reveal"])
        if account is None:
            await asyncio.to_thread(self._denied, member, "reveal")
            return None
        found = await self.desk.reveal(account, id_)
        return None if found is None else StaffPhone(phone=found.phone)

    async def suggestions(self, member: StaffMember, id_: str) -> tuple[Suggestion, ...]:
        """What the assistant would answer to the citizen's last words, by themselves and with what
        the conversation is about; only answers from records."""
        found = await self.conversation(member, id_)
        asked = [one.text for one in found.spoken if one.who == "citizen"] if found else []
        last = next((text for text in reversed(asked) if text and not wants_person(text)), None)
        if found is None or last is None:
            return ()
        about = [f"{one.title}：{last}" for one in found.sources[:1] if one.title not in last]
        replies = [reply for text in (last, *about) for reply in await self.suggest(text)]
        useful = {one.text: one for one in replies if one.status in _USEFUL and one.citations}
        return tuple(map(_suggestion, useful.values()))

    async def watch(self, member: StaffMember) -> AsyncGenerator[None, None]:
        """Yields at the beginning, at each change at the member's desks, and at each beat: that a
        citizen is not connected any more is no change that anybody makes."""
        with self.desk.notifier.listening(*(f"desk:{one}" for one in member.desks)) as wake:
            while True:
                wake.clear()
                yield
                await self._woken(wake)

    # Citizens

    async def live(self, session_id: str, after: int) -> AsyncGenerator[LiveFrame, None]:
        """What staff say and where the handoff stands, until it ends."""
        key, shown, place = session_key(session_id), None, await self.desk.place(session_id)
        noted = -self.beat
        while True:
            if (
                place is not None
                and place.status in _OPEN
                and time.monotonic() - noted >= self.beat
            ):
                await self.desk.seen(session_id)
                noted = time.monotonic()
            topics = _topics(key, place)
            with self.desk.notifier.listening(*topics) as wake:
                place = await self.desk.place(session_id)  # first: the frames then tell its end
                for frame in await self._frames(session_id, after):
                    yield frame
                    after = frame.id
                if place is None or place.status not in _OPEN:
                    return
                now = _waiting(place)
                if now is not None and now != shown:
                    yield now
                shown = now
                if _topics(key, place) == topics:
                    await self._woken(wake)

    async def missed(self, session_id: str, after: int) -> tuple[LiveFrame, ...]:
        """The same, as far as it has come, for who cannot keep a socket open."""
        await self.desk.seen(session_id)
        place = await self.desk.place(session_id)
        now = _waiting(place) if place is not None else None
        return (*await self._frames(session_id, after), *([now] if now else []))

    async def _frames(self, session_id: str, after: int) -> tuple[LiveFrame, ...]:
        lines = await self.desk.spoken(session_id, after)
        return tuple(self._frame(one) for one in lines if _for_citizen(one))

    # Parts

    async def _woken(self, wake: asyncio.Event) -> None:
        """Wait for news, or for the next beat."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self.beat):
                await wake.wait()

    def _allowed(self, member: StaffMember, needed: Permission) -> Account | None:
        """The member as the desk knows them, if the role has what is needed."""
        role: Role = member.role  # type: ignore[assignment]
        if member.must_change or needed not in permissions(role):
            return None
        return Account(
            id=member.id, name=member.name, badge=member.badge, role=role, desks=member.desks
        )

    def _denied(self, member: StaffMember, act: str) -> None:
        entry = Entry(actor=member.id, action=f"handoff.{act}", result="denied")
        self.accounts.audit.append(entry)

    def _sources(self, codes: Iterable[str]) -> tuple[Source, ...]:
        return tuple(found for code in codes if (found := self.source(code)) is not None)

    def _spoken(self, line: Spoke) -> Spoken:
        return Spoken(
            id=line.id,
            kind=line.kind,  # type: ignore[arg-type]
            who=line.who,  # type: ignore[arg-type]
            at=line.at,
            text=line.text,
            badge=line.badge,
            sources=self._sources(line.codes),
        )

    def _frame(self, line: Spoke) -> LiveFrame:
        return LiveFrame(
            kind=line.kind,  # type: ignore[arg-type]
            id=line.id,
            at=line.at,
            text=line.text,
            badge=line.badge,
            sources=self._sources(line.codes),
            ask=_asked(line.text) if line.kind == "said" else None,
        )


def _asked(text: str | None) -> str | None:
    """The message of the button that belongs to what staff said, if it is an invitation."""
    invites = table()["invites"].values()
    return next((one["ask"] for one in invites if one["text"] == text), None)


def _for_citizen(line: Spoke) -> bool:
    """What staff said and what happened; not their own words, nor the assistant's."""
    return line.who == "staff" if line.kind == "said" else line.kind != "waiting"


def _topics(key: str, place: Place | None) -> tuple[str, ...]:
    """Who waits also wakes when the queue moves."""
    waits = place is not None and place.status == "waiting"
    return (f"session:{key}", f"desk:{place.desk}") if place and waits else (f"session:{key}",)


def _waiting(place: Place) -> LiveFrame | None:
    if place.status != "waiting":
        return None
    return LiveFrame(
        kind="waiting", ahead=place.ahead, minutes=place.minutes, staffed=place.staffed
    )


def _member(account: Account) -> StaffMember:
    return StaffMember(
        id=account.id,
        name=account.name,
        badge=account.badge,
        role=account.role,
        label=label(account.role),
        may=frozenset(permissions(account.role)),
        desks=account.desks,
        must_change=account.must_change,
    )


def _queued(handed: Handed) -> Queued:
    return Queued(
        id=handed.place.id,
        desk=handed.place.desk,
        status=handed.place.status,
        since=handed.queued,
        want=handed.package.lines[0][1] if handed.package.lines else "",
        unread=handed.place.status == "taken" and handed.last in ("citizen", "assistant"),
        urgent=handed.urgent,
        gone=handed.gone,
    )


def _suggestion(reply: Reply) -> Suggestion:
    cited = {
        one.code: Source(code=one.code, title=one.title, url=one.url) for one in reply.citations
    }
    return Suggestion(text=reply.text, sources=tuple(cited.values()))
