"""清除我的记录: what is remembered of a conversation is erased when its owner says so.

The session, its handoff's texts and the form under way go at once.  Orders that were filed stay:
the law has the office keep them; they can be withdrawn, and their receipts are named.
"""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.composing.writer import Writer
from assistant.rules import replies
from assistant.types import Erase, Erased, Turn
from channels.types import Sentence, Status
from retrieval.analyzer import normalise

_ASKS = re.compile(
    r"(?:清除|删除|删掉|清空|清掉|抹掉|销毁|洗走|剷走|鏟走)(?:晒)?(?:我|本人|这次|呢次|所有|全部)?"
    r"(?:的|嘅|所有|全部)*(?:对话|聊天|谈话|个人)?(?:的|嘅)?(?:记录|纪录|数据|信息|资料|历史)"
    r"|忘(?:记|了|掉)我|(?:delete|erase|clear|forget)\s+(?:all\s+)?(?:my\s+)?(?:data|records?|chat|history|me)"
)
_LONGEST = 24
"""A longer message is about something else (如何删除征信记录)."""
_NOT = re.compile(r"怎么|如何|点样|点删|征信|犯罪|违章|信用|处罚|案底|档案|how")


def take(turn: Turn) -> Turn | None:
    """The turn with its errand, if the message asks to be forgotten."""
    text = normalise(turn.message.text)
    if len(text) > _LONGEST or _NOT.search(text) or not _ASKS.search(text):
        return None
    return replace(turn, errand=Erase())


def tell(turn: Turn) -> Turn | None:
    """What was erased and what the law keeps; ``None`` for what came of another errand."""
    if not isinstance(turn.outcome, Erased):
        return None
    texts, writer = replies()["erased"], Writer()
    writer.remark(texts["done"])
    kept = tuple(number for number, _ in turn.state.receipts)
    numbers = tuple(dict.fromkeys((*turn.outcome.kept, *kept)))
    draft = writer.draft(Status.ANSWERED, "erased")
    if numbers:
        said = texts["kept"].format(numbers="、".join(numbers))
        digits = tuple(re.findall(r"\d+", said))
        sentence = Sentence(text=said, reckoned=digits)
        draft = replace(draft, sentences=(*draft.sentences, sentence))
    return replace(turn, draft=draft)
