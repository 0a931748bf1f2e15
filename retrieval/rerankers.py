"""hits → hits: keep their order, or ask a cross-encoder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from retrieval.types import Hit, Query


class KeepOrder:
    """The hits as they come.  Needs nothing."""

    def rerank(self, query: Query, hits: Sequence[Hit]) -> Sequence[Hit]:
        """``hits`` themselves."""
        return hits


class CrossEncoderReranker:
    """Any sentence-transformers ``CrossEncoder``, by directory or hub name, loaded when first used.

    The first ``depth`` hits are put in the order of its scores (kept in ``parts["rerank"]``); hits
    that were named outright stay before them.
    """

    def __init__(self, model: str, *, depth: int = 20, device: str = "cpu") -> None:
        self._model_name = model
        self._depth = depth
        self._device = device

    @cached_property
    def _model(self) -> Any:
        from sentence_transformers import CrossEncoder  # 7-9 s

        return CrossEncoder(self._model_name, device=self._device)

    def rerank(self, query: Query, hits: Sequence[Hit]) -> Sequence[Hit]:
        """The hits, best first; those of equal score keep their order."""
        head, tail = hits[: self._depth], hits[self._depth :]
        if not head:
            return hits
        pairs = [(query.text, f"{hit.document.title}\n{hit.document.body}") for hit in head]
        scores = [float(score) for score in self._model.predict(pairs, show_progress_bar=False)]
        scored = [
            replace(hit, parts={**hit.parts, "rerank": score})
            for hit, score in zip(head, scores, strict=True)
        ]
        scored.sort(key=lambda hit: (hit.name_match is None, -hit.parts["rerank"]))
        return [*scored, *tail]
