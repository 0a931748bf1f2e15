"""Articles of law: how far up they stand.  Of articles that fit a question alike, that of the law
comes before that of a regulation, and that before rules and interpretations (立法法, the chapter
on which norm prevails: 法律 > 行政法规 > 规章).
"""

from __future__ import annotations

import re

ARTICLE = re.compile(r"\s*第[〇零一二三四五六七八九十百千\d]+[条章节款项]")
_LAW = re.compile(r"(?<!办)法(典)?([（(].*[)）])?$")
_REGULATION = re.compile(r"条例([（(].*[)）])?$")

LAW, REGULATION, OTHER, NO_NORM = 0.5, 0.0, -0.5, 0.0


def law_of(title: str) -> str | None:
    """The name of the law that a title names an article of, none if it does not.

    >>> law_of("中华人民共和国民法典第五十四条"), law_of("居住证办理")
    ('中华人民共和国民法典', None)
    """
    name = ARTICLE.split(title, maxsplit=1)[0]
    return name if name != title else None


def standing_of(title: str) -> float:
    """Of an article: 0.5 for a law, 0 for a regulation (条例), -0.5 for others; 0 for the rest.

    >>> [standing_of(f"{name}第四条") for name in ("商标法", "商标法实施条例", "商标评审办法")]
    [0.5, 0.0, -0.5]
    """
    name = law_of(title)
    if name is None:
        return NO_NORM
    if _LAW.search(name):
        return LAW
    return REGULATION if _REGULATION.search(name) else OTHER
