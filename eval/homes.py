"""Homes with a published release to measure on: one that exists, or one made for the run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant import bootstrap, importing, progress
from assistant.settings import Settings
from knowledge import releases

PORTAL_SOURCE = "gdzwfw"


class HomeError(Exception):
    """There is no release to measure on; the message says what to do."""


@contextmanager
def published(
    home: Path | None,
    *,
    portal: Sequence[Path] = (),
    encoder: str | None = None,
) -> Iterator[Settings]:
    """Settings of ``home``, or of a temporary home with the built-in pack and the portal records.

    Raises ``HomeError`` if ``home`` holds no release.
    """
    if home is not None:
        if releases.current(home) is None:
            raise HomeError(f"{home} 里还没有发布过版本：先用 SUIWEN_HOME={home} suiwen publish")
        yield settings_of(home, encoder)
        return
    with TemporaryDirectory(prefix="suiwen-eval-") as made:
        settings = settings_of(Path(made), encoder)
        fill(settings.home, portal)
        with progress.bar() as step:
            bootstrap.publish(settings, step)
        yield settings


def settings_of(home: Path, encoder: str | None = None) -> Settings:
    """The settings of the environment with this home, without a limit of requests."""
    chosen = {"encoder": encoder} if encoder else {}
    return Settings(home=home, requests_per_minute=0, log_level="ERROR", **chosen)  # type: ignore[arg-type]


def fill(home: Path, portal: Sequence[Path]) -> None:
    """Stage the built-in pack, and the portal records if there are any."""
    bootstrap.stage_built_in(home)
    if portal:
        parsed = importing.parse(PORTAL_SOURCE, portal)
        importing.stage(home, PORTAL_SOURCE, parsed, portal)
