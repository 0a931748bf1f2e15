"""What can be asked of documents beside their text, as arrays: a filter costs one look-up each.

Documents share few different attributes (2,262 portal items: some tens), so each kind is asked
once, by ``Filter.admits`` itself, and the answer is spread over the documents.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.types import Attributes, Document, Filter

_PLACE = re.compile(r".+?(?:特别行政区|自治[区州县旗]|[省市区县盟旗])")
_EVERYWHERE = ("全国", "中国", "国家")
_REMEMBERED = 64


def places(region: str) -> tuple[str, ...]:
    """广东省广州市天河区 → 广东省, 广州市, 天河区; nothing for what holds everywhere."""
    if not region or region in _EVERYWHERE:
        return ()
    found = _PLACE.findall(region)
    if "".join(found) != region:
        return (region,)
    return tuple(one for one in found if one != "市辖区")


def attributes_of(document: Document) -> Attributes:
    """The attributes of a document; its region is the narrowest place that is named."""
    named = places(document.region or "")
    return Attributes(
        region=named[-1] if named else None,
        audiences=document.audiences,
        valid_from=document.valid_from,
        valid_until=document.valid_until,
    )


class AttributeTable:
    """The attributes of many documents, by position."""

    def __init__(self, attributes: Iterable[Attributes] = ()) -> None:
        kinds: dict[Attributes, int] = {}
        codes = [kinds.setdefault(one, len(kinds)) for one in attributes]
        self._set(tuple(kinds), np.array(codes, dtype=np.int32))

    def _set(self, kinds: Sequence[Attributes], codes: NDArray[np.int32]) -> None:
        self.kinds = tuple(kinds)
        """The different attributes that occur."""
        self.codes = codes
        """Which of them each document has, shape (documents,)."""
        self.admitted = lru_cache(maxsize=_REMEMBERED)(self._admitted)
        """``admitted(filter)``: which documents it lets through, bool, shape (documents,)."""

    def __len__(self) -> int:
        """The number of documents."""
        return len(self.codes)

    def _admitted(self, where: Filter) -> NDArray[np.bool_]:
        answers = np.array([where.admits(kind) for kind in self.kinds], dtype=np.bool_)
        mask = answers[self.codes]
        mask.flags.writeable = False
        return mask

    @classmethod
    def of(cls, size: int) -> AttributeTable:
        """``size`` documents of which nothing is known: every filter lets them through."""
        return cls([Attributes()] * size)

    def followed_by(self, attributes: Sequence[Attributes] | None, size: int) -> AttributeTable:
        """This table with ``size`` more documents (no attributes: nothing is known of them).

        Raises ``ValueError`` when there are more or fewer attributes than documents.
        """
        more = [Attributes()] * size if attributes is None else attributes
        if len(more) != size:
            raise ValueError(f"{len(more)} attributes for {size} vectors")
        return AttributeTable([*(self.kinds[code] for code in self.codes), *more])

    def save(self, path: Path) -> None:
        """Write one ``.npz`` file to exactly ``path``."""
        kinds = json.dumps([asdict(kind) for kind in self.kinds], default=date.isoformat)
        with path.open("wb") as file:
            np.savez(file, codes=self.codes, kinds=np.frombuffer(kinds.encode(), dtype=np.uint8))

    @classmethod
    def load(cls, path: Path) -> AttributeTable:
        """Read what :meth:`save` wrote."""
        with path.open("rb") as file, np.load(file) as stored:
            codes, kinds = stored["codes"], json.loads(stored["kinds"].tobytes())
        table = cls()
        table._set([_read(kind) for kind in kinds], codes)
        return table


def _read(values: dict[str, str | list[str] | None]) -> Attributes:
    region, audiences = values["region"], values["audiences"]
    return Attributes(
        region=region if isinstance(region, str) else None,
        audiences=tuple(audiences or ()),
        valid_from=_date(values["valid_from"]),
        valid_until=_date(values["valid_until"]),
    )


def _date(text: object) -> date | None:
    return date.fromisoformat(text) if isinstance(text, str) else None
