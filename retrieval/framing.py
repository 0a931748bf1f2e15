"""Words that only frame a question: who asks, how, and what for.  They tell little of what it is
about, though records may hardly hold them, so that their idf is high (怎么, 咨询, 请问).

The lists are ours: words of questions, of courtesy and requests, and grammar.  Left out are verbs
of official names (办理, 申请) and characters that are part of other words (会 of 会计, 和, 在).
Some names do hold what is requested (投诉处理, 法律咨询): such a word weighs less where documents
are ranked, but counts whole where it is judged how well one fits (:func:`asked_about`).
"""

from __future__ import annotations

import re

_ASKING = (
    "什么时候 什么样 怎么样 怎样 怎么 为什么 为何 为啥 是什么 什么 啥 有哪些 哪些 那些 哪里 哪儿 "
    "哪个 哪种 哪 如何 应如何 该如何 何时 何种 何处 何谓 多少 多久 多长 谁 是否 可以 可否 能否 "
    "能不能 可不可以 是不是 有没有 有无 会不会 要不要 需不需要 用不用 应该 应当 吗 呢"
)
_COURTESY = "请问 想问 问一下 关于 有关 相关 问题 情况 希望 对于 您好 你好 谢谢 麻烦"
_REQUESTING = "咨询 反映 投诉 建议 请求"
_GRAMMAR = "的 是 您 我们 你们 他们 这个 那个"


def _any_of(words: str) -> re.Pattern[str]:
    """The longest first."""
    return re.compile("|".join(sorted(set(words.split()), key=lambda word: (-len(word), word))))


_FRAME = _any_of(f"{_ASKING} {_COURTESY} {_REQUESTING} {_GRAMMAR}")
_QUESTION = _any_of(f"{_ASKING} {_COURTESY} {_GRAMMAR}")


def unframed(text: str) -> str:
    """A normalised text with a space in place of each word that only frames it.

    >>> unframed("请问居住证怎么办理")
    ' 居住证 办理'
    """
    return _FRAME.sub(" ", text)


def asked_about(text: str) -> str:
    """A normalised text with a space in place of each framing word but requests.

    >>> asked_about("怎么投诉物业")
    ' 投诉物业'
    """
    return _QUESTION.sub(" ", text)
