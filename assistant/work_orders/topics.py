"""What a matter is about and who is responsible: our topic tree and a classifier over its leaves.

The tree is data (``tree/*.yaml``, one file a field of city life; ``departments.yaml`` beside them).
The classifier is a ridge regression over TF-IDF of characters and pairs, fitted by ``suiwen-eval
orders --write`` on the tree's own everyday words and our own sentences; it suggests, whoever
dispatches decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Annotated, Any, Literal

import numpy as np
import yaml
from pydantic import Field, TypeAdapter, ValidationError

from assistant.errors import SetupError
from assistant.work_orders import linear
from assistant.work_orders.linear import Linear
from knowledge.formats.lines import LOADER
from knowledge.types import Strict
from retrieval.analyzer import normalise

FILE = "topics.json"
MOST = 3
"""How many topics are suggested."""

Name = Annotated[str, Field(min_length=1)]
By = Literal["city", "district"]
Route = Literal["12345", "xinfang", "shichang-tousu", "laodong", "fuyi", "shuishou", "jijian"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Department(Strict):
    """``city``, ``district``: what it is called there; ``source``: where the name was read."""

    code: Name
    city: Name
    district: Name
    source: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic(Strict):
    """A leaf.  ``by``: whether the city's or the district's department acts first; without a
    ``department`` (none is known for sure, or it depends) the hotline dispatches."""

    code: Name
    name: Name
    words: Annotated[tuple[Name, ...], Field(min_length=1)]
    by: By
    route: Route = "12345"
    department: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Strict):
    code: Name
    name: Name
    topics: Annotated[tuple[Topic, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Area(Strict):
    """A field of city life, the first level."""

    code: Name
    name: Name
    groups: Annotated[tuple[Group, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    areas: tuple[Area, ...]
    departments: Mapping[str, Department]
    topics: Mapping[str, Topic] = field(default_factory=dict)

    def path(self, code: str) -> tuple[str, ...]:
        """The names from area to topic; empty for a code that there is not."""
        for area in self.areas:
            for group in area.groups:
                if any(one.code == code for one in group.topics):
                    return area.name, group.name, self.topics[code].name
        return ()

    def department(self, topic: Topic, district: str | None = None) -> str | None:
        """What the department is called, with the district (番禺区) where one is told."""
        found = self.departments.get(topic.department or "")
        if found is None:
            return None
        if topic.by == "city":
            return found.city
        return (
            f"{district}{found.district.removeprefix('区')}"
            if (district and found.district.startswith("区"))
            else found.district
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A topic's code and its probability, 0–1."""

    code: str
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Where a matter should go.  ``topic``: the likeliest, if it is sure enough to be shown as
    such; ``choices``: the likeliest three.  ``department`` with its ``confidence``; ``None``: the
    hotline dispatches.  ``route``: a code of ``routes.yaml``, ``12345`` unless another is sure."""

    topic: str | None
    choices: tuple[Suggestion, ...]
    department: str | None
    confidence: float
    route: str


def suggest(text: str, most: int = MOST) -> tuple[Suggestion, ...]:
    """The likeliest topics of a message, best first, with calibrated probabilities."""
    return _ranked(classifier(), text)[:most]


def advise(text: str, district: str | None = None) -> Advice:
    """Topic, department and route of a message, each only where it is sure enough."""
    return advise_by(classifier(), text, district)


def advise_by(model: Linear, text: str, district: str | None = None) -> Advice:
    """:func:`advise` with this model."""
    known, every = tree(), _ranked(model, text)
    bodies: defaultdict[str, float] = defaultdict(float)
    routes: defaultdict[str, float] = defaultdict(float)
    for one in every:
        topic = known.topics[one.code]
        bodies[topic.department or ""] += one.probability
        routes[topic.route] += one.probability
    body = max(bodies, key=bodies.__getitem__)
    route = max(routes, key=routes.__getitem__)
    first = next(one for one in every if (known.topics[one.code].department or "") == body)
    sure = body != "" and bodies[body] >= model.sure_at["department"]
    return Advice(
        topic=every[0].code if every[0].probability >= model.sure_at["topic"] else None,
        choices=every[:MOST],
        department=known.department(known.topics[first.code], district) if sure else None,
        confidence=bodies[body],
        route=route if routes[route] >= model.sure_at["route"] else "12345",
    )


def _ranked(model: Linear, text: str) -> tuple[Suggestion, ...]:
    """All topics, the likeliest first."""
    shares = model.probabilities(normalise(text))
    best = np.argsort(-shares, kind="stable")
    return tuple(Suggestion(code=model.classes[n], probability=float(shares[n])) for n in best)


@cache
def classifier() -> Linear:
    """The fitted model (data beside this module)."""
    return linear.shipped(FILE)


@cache
def tree() -> Tree:
    """The shipped tree."""
    folder = resources.files(__package__ or "").joinpath("tree")
    files = sorted(
        (one for one in folder.iterdir() if one.name.endswith(".yaml")), key=lambda one: one.name
    )
    return load({one.name: one.read_text(encoding="utf-8") for one in files})


def load(texts: Mapping[str, str]) -> Tree:
    """The tree from its files by name.  Raises ``SetupError`` naming file, entry, field, remedy."""
    if "departments.yaml" not in texts:
        raise SetupError("事项分类：缺 departments.yaml，请补上这个文件")
    departments: tuple[Department, ...] = _read(
        "departments.yaml", texts["departments.yaml"], tuple[Department, ...]
    )
    areas = tuple(
        _read(name, text, Area) for name, text in texts.items() if name != "departments.yaml"
    )
    _once("部门代码", (one.code for one in departments))
    groups = [group for area in areas for group in area.groups]
    topics = [topic for group in groups for topic in group.topics]
    _once("代码", (one.code for one in (*areas, *groups, *topics)))
    for level in (areas, groups, topics):
        _once("名称", (one.name for one in level))
    _under([(area, area.groups) for area in areas])
    _under([(group, group.topics) for group in groups])
    bodies = {one.code: one for one in departments}
    for topic in topics:
        if topic.department is not None and topic.department not in bodies:
            raise SetupError(
                f"事项 {topic.code}，字段 department：没有部门 {topic.department}，"
                "请在 departments.yaml 里加上，或删去这一项"
            )
        _once(f"事项 {topic.code} 的词", topic.words)
    return Tree(areas=areas, departments=bodies, topics={one.code: one for one in topics})


def _under(pairs: Iterable[tuple[Area | Group, Sequence[Group | Topic]]]) -> None:
    for parent, children in pairs:
        for child in children:
            if not child.code.startswith(parent.code):
                raise SetupError(
                    f"条目 {child.code}，字段 code：上级是 {parent.code}，代码须以它开头；"
                    "请改代码，或移到自己的上级下面"
                )


def _once(what: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for one in values:
        if one in seen:
            raise SetupError(f"事项分类：{what} {one} 出现两次，请改掉其中一个")
        seen.add(one)


def _read(name: str, text: str, shape: Any) -> Any:
    try:
        return TypeAdapter(shape).validate_python(yaml.load(text, Loader=LOADER))  # noqa: S506
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f"第 {where.line + 1} 行" if where else "某一行"
        raise SetupError(f"{name} {line}不是合格的 YAML，请检查缩进和引号") from error
    except ValidationError as error:
        first = error.errors()[0]
        field_ = ".".join(map(str, first["loc"])) or "-"
        problem = _PROBLEMS.get(first["type"], f"值不合格（{first['msg']}），请改正")
        raise SetupError(f"{name}，字段 {field_}：{problem}") from error


_PROBLEMS = {
    "missing": "缺这一项，请补上",
    "unexpected_keyword_argument": "不认识这个字段，请改正拼写或删去",
    "extra_forbidden": "不认识这个字段，请改正拼写或删去",
    "string_type": "应是文字，请加引号",
}
