"""Plots as SVG texts, to stand in a page.  matplotlib is loaded by the first plot only.

Letters stay letters (no outlines): the page's reader has the fonts, and the text can be searched.
The same values give the same text.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from typing import Any

from eval.calibration import Curve

_FONTS = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei")
_COLOURS = ("#0b5cad", "#9a9a9a", "#b4540a", "#2e7d32", "#6a3d9a", "#a3195b", "#00796b")
_MARKS = "os^Dv<>P"
_ID = re.compile(r'(\bid="|url\(#|href="#)')

Bars = Mapping[str, tuple[float, float, float]]
"""A metric's value, low and high end."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A data set's scores: ours, and the baseline's if it was asked."""

    name: str
    ours: Bars
    baseline: Bars


@dataclass(frozen=True, slots=True)
class Dot:
    """A point with its label; ``group`` decides its colour."""

    label: str
    group: str
    x: float
    y: float


def bars(pairs: Sequence[Pair], metrics: Sequence[str]) -> str:
    """A panel a metric; for each set our bar and the baseline's, with their intervals."""

    def draw(figure: Any) -> None:
        panels = figure.subplots(1, len(metrics), sharey=True, squeeze=False)[0]
        for panel, metric in zip(panels, metrics, strict=True):
            for side, (label, of) in enumerate((("穗问", _ours), ("基线 BM25", _base))):
                shown = [(n, of(one)[metric]) for n, one in enumerate(pairs) if metric in of(one)]
                if not shown:
                    continue
                places = [n + 0.4 * side - 0.2 for n, _ in shown]
                values = [value for _, (value, _, _) in shown]
                ends = [[v - low for _, (v, low, _) in shown], [h - v for _, (v, _, h) in shown]]
                panel.bar(places, values, 0.38, yerr=ends, capsize=3, color=_COLOURS[side])
                panel.plot([], [], color=_COLOURS[side], linewidth=6, label=label)
            panel.set_title(metric)
            panel.set_ylim(0, 1)
            names = [one.name for one in pairs]
            panel.set_xticks(range(len(pairs)), names, rotation=20, ha="right")
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside right upper")

    return _svg(draw, width=max(7.0, 2.2 * len(pairs) + 3), name="bars")


def risk_coverage(curves: Mapping[str, Curve], limit: float) -> str:
    """The share of wrong answers against the share of answered questions, a line a confidence."""

    def draw(figure: Any) -> None:
        panel = figure.subplots()
        for n, (name, one) in enumerate(curves.items()):
            colour = _COLOURS[n % len(_COLOURS)]
            panel.step(one.coverage, one.risk, where="post", label=name, color=colour)
        panel.axhline(limit, color="#444444", linestyle=":", label=f"{limit:.0%}")
        panel.set_xlabel("作答的题所占比例")
        panel.set_ylabel("作答的题里答错的比例")
        panel.set_xlim(0, 1)
        panel.set_ylim(0, None)
        figure.legend(loc="outside upper center", ncols=len(curves) + 1)

    return _svg(draw, name="risk")


def scatter(dots: Sequence[Dot], *, x: str, y: str, name: str, log_y: bool = False) -> str:
    """Labelled points on a logarithmic horizontal axis; a colour and a mark a group."""

    def draw(figure: Any) -> None:
        panel = figure.subplots()
        for n, group in enumerate(dict.fromkeys(one.group for one in dots)):
            of = [one for one in dots if one.group == group]
            style = {"marker": _MARKS[n % len(_MARKS)], "color": _COLOURS[n % len(_COLOURS)]}
            panel.scatter([one.x for one in of], [one.y for one in of], label=group, **style)
        for one in dots:
            panel.annotate(
                one.label, (one.x, one.y), xytext=(5, 4), textcoords="offset points", fontsize=8
            )
        panel.set_xscale("log")
        _plain_numbers(panel.xaxis)
        if log_y:
            panel.set_yscale("log")
            _plain_numbers(panel.yaxis)
        panel.set_xlabel(x)
        panel.set_ylabel(y)
        panel.margins(0.15)
        figure.legend(loc="outside right upper")

    return _svg(draw, name=name)


def _plain_numbers(axis: Any) -> None:
    """Ticks of a logarithmic axis at 1, 2, 5, 10 …, without powers."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axis.set_minor_formatter(NullFormatter())


def _ours(one: Pair) -> Bars:
    return one.ours


def _base(one: Pair) -> Bars:
    return one.baseline


def _svg(draw: Callable[[Any], None], *, name: str, width: float = 7.5) -> str:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    fonts = [*_installed(), "DejaVu Sans", "sans-serif"]
    text = StringIO()
    settings: dict[Any, Any] = {
        "svg.fonttype": "none",
        "svg.hashsalt": name,
        "font.family": fonts,
        "axes.unicode_minus": False,
        "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    }
    with mpl.rc_context(settings), _without_glyphs():
        figure = Figure(figsize=(width, 4.2), layout="constrained")
        draw(figure)
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    found = text.getvalue()
    return _ID.sub(rf"\g<1>{name}-", found[found.index("<svg") :])


def _installed() -> list[str]:
    from matplotlib.font_manager import fontManager

    present = set(fontManager.get_font_names())
    return [one for one in _FONTS if one in present]


@contextmanager
def _without_glyphs() -> Iterator[None]:
    """A machine without Chinese fonts measures letters roughly; the page still has the text."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing", category=UserWarning)
        yield
