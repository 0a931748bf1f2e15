"""Reading a message: intent, language, district, the facets asked for, and what it is about.

Pure functions over word tables; the record is found later, so facets are read again once it is
known (:func:`facets_about`): a word inside the record's own name asks for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant import pointing
from assistant.emergencies import detector
from assistant.rules import CrisisKind, Rules, Sayings
from assistant.types import DialogueState, Intent, Language, Understanding
from channels.types import Message
from knowledge.types import Facet
from retrieval.analyzer import normalise
from retrieval.phrases import Found

_CHOICE = re.compile(
    r"(?:那|就|咁|噉|系|是|我|选择?|揀|拣|要){0,4}(?:上面|你说|列出)?(?:的|嘅)?"
    r"(?:第([1-9一二三四五六七八九两])|([1-9一二三四五六七八九两])号?"
    r"|(最后|最尾|尾)一?|(最上面|头|首)一?)"
    r"(?:那|嗰|𠮶|果)?(?:一)?(?:个|项|条|种|样|件)?"
    r"(?:吧|啦|喇|啊|呀|咯|就行|就好|得了|谢谢|唔该|[,。.!！ ])*"
)
_NUMERALS = {"两": 2} | {numeral: at for at, numeral in enumerate("一二三四五六七八九", 1)}
_NEITHER = re.compile(r"都不是|都唔系|都不对|没有我要的|以上都不")
_NOT_THAT = re.compile(
    r"(?:以上|上面|这些|呢啲)?(?:全|都|全都)(?:不是|唔系|不对|唔啱)(?:我要的|我想要的|我要办的|我问的)?"
    r"|没有我要的|(?:不是|唔系)(?:这个|呢个|这件事?|呢件|我要的|我要办的|我要问的|我问的)"
    r"|none of (?:them|these|those|the above)|neither|not (?:this|that)(?: one)?"
)
"""Says only that the answer before is about something else."""

_LATIN = re.compile(r"[a-z]")
_HAN = re.compile(r"[㐀-鿿]")
_EDGE = " \t\r\n,.!?;:，。！？；：、“”\"'‘’（）()【】[]《》<>…—-~～"
_ENDINGS = "啊呀啦喇哈嘛晒了你您"
"""What may follow a courtesy: 多谢你啊, 唔该晒你."""
_SPLIT = re.compile(rf"[{re.escape(_EDGE)}]+")


def understand(
    message: Message,
    state: DialogueState,
    rules: Rules,
    *,
    ear: bool = True,
    screen: bool = True,
) -> Understanding:
    """What the words of a message tell by themselves, before anything is searched.

    ``ear``: whether the learned ear for emergencies is asked besides the tables; ``screen``:
    whether either is.
    """
    text = normalise(message.text).strip()
    bare = text.strip(_EDGE)
    language = _language(text)
    district = _district(text, rules) or _district(normalise(message.district or ""), rules)
    if not bare:
        return Understanding(intent=Intent.EMPTY, text=text)
    if screen and (kind := crisis(text, rules) if ear else told(text, rules)):
        return Understanding(
            intent=Intent.CRISIS, text=text, kind=kind.kind, language=language, district=district
        )
    if talk := _small_talk(bare, rules):
        return Understanding(intent=Intent.SMALL_TALK, text=text, kind=talk, language=language)
    choice, rest = _choice(bare, state)
    if choice is _NOWHERE:
        return Understanding(intent=Intent.EMPTY, text=text, language=language)
    subject = focus(text if rest is None else rest, rules)
    if rest is not None:
        return Understanding(
            intent=Intent.CHOOSE,
            text=rest,
            original=message.text,
            focus=subject,
            facets=facets(rest, rules),
            language=language,
            district=district,
            choice=choice,
            profile=profile(text, district, rules),
        )
    return Understanding(
        intent=Intent.ASK,
        text=text,
        original=message.text,
        focus=subject,
        whole=rules.whole.holds(text) or _happened(text, rules),
        generic=subject.replace(" ", "") in rules.generic,
        facets=facets(text, rules),
        language=language,
        district=district,
        profile=profile(text, district, rules),
    )


def again(text: str, reading: Understanding, rules: Rules) -> Understanding:
    """A part of the message, or words for it, read as a message of its own."""
    if text == reading.original:
        return reading
    return understand(Message(text=text), DialogueState(), rules, ear=False)


def _happened(text: str, rules: Rules) -> bool:
    """Whether a short message only tells that something happened, and asks nothing."""
    told = timeless(text).strip(_EDGE)
    last = max((one.end for one in rules.events.find(told)), default=-1)
    return len(told) <= _TELLING and last == len(told) and not facets(text, rules)


_TELLING = 12
"""The most letters of a message that only tells what happened."""


def profile(text: str, district: str | None, rules: Rules) -> tuple[tuple[str, str], ...]:
    """What the message says of the one who asks: residence, if it names just one, and district."""
    named = {rules.residences[one.phrase] for one in rules.residence.find(text)}
    residence = (("residence", named.pop()),) if len(named) == 1 else ()
    return (*residence, ("district", district)) if district else residence


def crisis(text: str, rules: Rules) -> CrisisKind | None:
    """The kind of emergency that the text tells of, by the tables or else by the learned ear.

    Of a letter only the tables are asked, a few clauses at a time and only where they say that it
    is now: what it tells of is mostly over, or feared, and the ear learned from short messages.
    """
    how = rules.hearing
    if len(text) <= how.long and not how.formal.search(text):
        return _crisis(text, rules)
    parts = (one for one in _windows(text) if how.now.search(one))
    return next((kind for one in parts if (kind := told(one, rules))), None)


def _windows(text: str) -> Iterable[str]:
    """Of each sentence every two clauses that follow one another."""
    for sentence in _SENTENCES.split(text):
        clauses = sentence.split(",")
        for at in range(max(1, len(clauses) - 1)):
            yield ",".join(clauses[at : at + 2])


def _crisis(text: str, rules: Rules) -> CrisisKind | None:
    if kind := told(text, rules):
        return kind
    how = rules.hearing
    heard = None if _over(text, rules) else detector().kind(undenied(text, rules))
    found = next(
        (one for one in rules.crisis if one.kind == heard and not one.unless.search(text)), None
    )
    rest = _FILES.sub("", text)
    return found or (_crisis(rest, rules) if rest != text and how.now.search(rest) else None)


_SENTENCES = re.compile(r"[。!?;\n]+")
_FILES = re.compile(r"^我?(?:要|想)?(?:投诉|举报|反映)[,，:：。!！\s]+")
"""Who begins with 我要投诉 usually tells of the past; not if it happens now."""


def told(text: str, rules: Rules) -> CrisisKind | None:
    """The first kind whose words the text has, unless it asks about papers or the past."""
    if _over(text, rules):
        return None
    return next((one for one in rules.crisis if _tells(one, text, rules)), None)


def _tells(kind: CrisisKind, text: str, rules: Rules) -> bool:
    if _real(kind, kind.acute, text, rules):
        return True
    return _real(kind, kind.say, text, rules) and not kind.unless.search(text)


def _over(text: str, rules: Rules) -> bool:
    """Whether it is over or only asked about, and nothing says that it goes on."""
    how = rules.hearing
    return how.then.search(text) is not None and how.now.search(text) is None


def _real(kind: CrisisKind, words: re.Pattern[str] | Sayings, text: str, rules: Rules) -> bool:
    """Whether any of the words stands there neither denied nor as what might happen."""
    how = rules.hearing
    for found in words.finditer(text):
        before = _CLAUSES.split(text[: found.start()])[-1]
        might = not kind.feared and how.possible.search(before[-_NEAR:] + found.group())
        if not might and not how.denied.search(before):
            return True
    return False


_CLAUSES = re.compile(r"[,。!?;:]|(?<![a-z])\s(?![a-z])")
_NEAR = 6


def denies(text: str, rules: Rules) -> bool:
    """Whether a text says of an emergency that there is none, and tells of no other."""
    return undenied(text, rules) != text and told(text, rules) is None


def undenied(text: str, rules: Rules) -> str:
    """The text without words of danger that it denies."""
    how = rules.hearing
    for kind in rules.crisis:
        for found in kind.say.finditer(text):
            denied = how.denied.search(text[: found.start()])
            if denied:
                text = text[: denied.start()] + text[found.end() :]
                break
    return text


def facets(text: str, rules: Rules) -> tuple[Facet, ...]:
    """Facets asked for, in the order of their first mention."""
    return _facets(rules.phrases.find(text, rules.facets), rules)


def _facets(found: Iterable[Found], rules: Rules) -> tuple[Facet, ...]:
    return tuple(dict.fromkeys(rules.facets[one.phrase] for one in found))


def facets_about(text: str, names: Iterable[str], rules: Rules) -> tuple[Facet, ...]:
    """Facets asked for outside the names of the record that was found.

    A whole name is taken out of the text first; a facet word that also stands in one of the names
    (资格 in 教师资格认定, 异地 in 异地就医备案) then asks for nothing either.
    """
    normal = [name for name in (normalise(name) for name in names) if name]
    rest = text
    removed = False
    for name in sorted(normal, key=len, reverse=True):
        if name in rest:
            rest, removed = rest.replace(name, "\n"), True
    return _facets(
        (
            one
            for one in rules.phrases.find(rest, rules.facets)
            if removed or not any(one.phrase in name for name in normal)
        ),
        rules,
    )


_TIMES = re.compile(
    r"(?:上上?个?月|上上?周|上上?个?星期|上上?个?礼拜|昨天|昨日|昨晚|寻日|琴日|噚日|前天|前日|大前天|今天|今日|今早|今朝|凌晨|"
    r"刚刚|啱啱|刚才|最近|前几天|前阵子|前排|几天前|上周[一二三四五六日天]|去年年底|年初|月初|月底|"
    r"\d{1,2}月\d{1,2}[日号])"
)


def timeless(text: str) -> str:
    """The text without words for when something happened: 我妈上个月走了 → 我妈走了."""
    return _TIMES.sub("", text) or text


def focus(text: str, rules: Rules) -> str:
    """The text without facet words, question words and courtesies; may be empty."""
    parts: list[str] = []
    end = 0
    for one in rules.phrases.find(text):
        parts.append(text[end : one.start])
        end = one.end
    parts.append(text[end:])
    segments = _SPLIT.split(",".join(parts))
    return " ".join(part for part in (_trim(one, rules) for one in segments) if part)


def _trim(segment: str, rules: Rules) -> str:
    start, end = 0, len(segment)
    while start < end and segment[start] in rules.frame_edges:
        start += 1
    while end > start and segment[end - 1] in rules.frame_edges:
        if segment[start:end] in rules.generic:
            break  # 补办 is a word of its own
        end -= 1
    return segment[start:end]


def _small_talk(bare: str, rules: Rules) -> str | None:
    """The kind of small talk if every part of the message is such; the last part decides."""
    known = rules.small_talk
    kinds = [
        known.get(part) or known.get(part.rstrip(_ENDINGS)) for part in _SPLIT.split(bare) if part
    ]
    return kinds[-1] if kinds and all(kinds) else rules.small_talk.get(bare)


def _language(text: str) -> Language:
    if not _LATIN.search(text):
        return "zh"
    return "en" if len(_LATIN.findall(text)) > 4 * len(_HAN.findall(text)) + 3 else "zh"


def _district(text: str, rules: Rules) -> str | None:
    found = rules.districts.search(text)
    return f"{found.group()}区" if found else None


def _choice(bare: str, state: DialogueState) -> tuple[int | None, str | None]:
    """The place chosen from a list: 1-based, 0 for none of it, ``None`` for one that it does not
    have; and what is asked of what stands there, ``None`` if nothing is chosen.

    ``_NOWHERE``: a number where no list was shown, or while something else waits for it.
    """
    if state.offered and _NEITHER.search(bare):
        return 0, ""
    if (state.offered or state.record) and _NOT_THAT.fullmatch(bare.rstrip(_ENDINGS)):
        return 0, ""
    number, one = _CHOICE.fullmatch(bare), pointing.pointed(bare)
    if number is not None and (state.offered or one is None):
        one = pointing.Pointed(place=_place(number))
        return (one.among(len(state.offered)), "") if state.offered else (_NOWHERE, "")
    if one is None:
        return None, None
    guided = state.guide is not None and state.guide.asking is not None
    codes = pointing.shown(state, one)
    if codes:
        return one.among(len(codes)), one.rest
    if not one.rest and (guided and not state.offered):
        return _NOWHERE, ""
    if state.form or state.enquiry or state.handoff:
        return (None, None) if one.rest else (_NOWHERE, "")
    if one.step and state.offered:
        return None, one.rest  # which of them comes first
    inside = (one.step or one.article) and state.record  # of what is spoken of itself
    return (None, None) if inside else (None, one.rest)


def chosen(bare: str, count: int) -> int | None:
    """The number chosen from so many, by a normalised message (第二个): 1-based, 0 for none of
    them, ``None`` if it chooses nothing."""
    if not count:
        return None
    if _NEITHER.search(bare):
        return 0
    found = _CHOICE.fullmatch(bare)
    return pointing.Pointed(place=_place(found)).among(count) if found else None


_NOWHERE = -1


def _place(found: re.Match[str]) -> int:
    if found[3]:
        return -1
    said = found[1] or found[2] or "1"
    return _NUMERALS.get(said) or int(said)
