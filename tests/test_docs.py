"""What the README tells people to type exists: commands, their options, make targets, files."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from assistant.cli import app as suiwen
from eval.cli import app as suiwen_eval

ROOT = Path(__file__).resolve().parents[1]
COMMANDS: dict[str, Any] = {
    "suiwen": typer.main.get_command(suiwen),
    "suiwen-eval": typer.main.get_command(suiwen_eval),
}
READMES = sorted(
    path
    for path in (ROOT / "README.md", *ROOT.glob("*/README.md"))
    if not path.parent.name.startswith(".")
)


def blocks(text: str) -> Iterator[str]:
    """The lines of all code blocks of a shell, continued lines joined."""
    for block in re.findall(r"^```(?:ba|z)?sh[^\n]*\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        yield from block.replace("\\\n", " ").splitlines()


def inline(text: str) -> Iterator[str]:
    """Code inside sentences: a command is code that begins with its name and a word."""
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    yield from (code.replace("\\|", "|") for code in re.findall(r"`([^`\n]+)`", prose))


def typed(text: str) -> list[list[str]]:
    """Every ``suiwen …`` and ``make …`` that the text tells to type, as words."""
    found = []
    for line in (*blocks(text), *inline(text)):
        if not re.search(r"\b(?:suiwen|make)\b", line):
            continue
        for part in re.split(r"&&|\|\||[;|]", line.strip().removeprefix("$ ")):
            words = shlex.split(part, comments=True)
            while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                words = words[1:]
            if words and Path(words[0]).name in (*COMMANDS, "make"):
                found.append([Path(words[0]).name, *words[1:]])
    return found


def targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))


def problem(words: list[str]) -> str | None:
    """What is wrong with a typed command, if anything."""
    name, *rest = words
    rest = [word for word in rest if not re.fullmatch(r"…|\.\.\.", word)]
    if name == "make":
        goals = [word for word in rest if not word.startswith("-") and "=" not in word]
        missing = [goal for goal in goals if goal not in targets()]
        return f"no make target {missing}" if missing else None
    if not rest or rest[0] == "--help":
        return None
    command = COMMANDS[name].commands.get(rest[0])
    if command is None:
        return f"no command {name} {rest[0]}"
    if hasattr(command, "commands") and rest[1:2]:  # suiwen staff add …
        if rest[1] not in command.commands:
            return f"no command {name} {rest[0]} {rest[1]}"
        command = command.commands[rest[1]]
    known = {option for one in command.params for option in one.opts} | {"--help"}
    given = [word.partition("=")[0] for word in rest[1:] if word.startswith("--")]
    unknown = [option for option in given if option not in known]
    return f"{name} {rest[0]} has no {unknown}" if unknown else None


@pytest.mark.parametrize("path", READMES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_readme_tells_to_type_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    wrong = [(" ".join(words), said) for words in typed(text) if (said := problem(words))]
    assert wrong == []


@pytest.mark.parametrize("path", READMES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_readme_links_to_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|#|mailto:|tel:)([^)#\s]+)", text)
    missing = [link for link in links if not (path.parent / link).exists()]
    assert missing == []


def test_the_readme_stands() -> None:
    assert ROOT / "README.md" in READMES
    assert (ROOT / "README.md").read_text(encoding="utf-8").startswith("# ")


def test_the_reader_of_these_tests_finds_what_is_typed() -> None:
    text = """
先 `make run`，再 `suiwen ask 居住证`；`suiwen` 也行，`suiwen.toml` 不算。

```bash
$ make test JOBS=2 && suiwen ask "怎么办" --json  # 注
SUIWEN_HOME=x .venv/bin/suiwen import gdzwfw \\
  a.jsonl --dry-run
ls | grep make
```
"""
    assert typed(text) == [
        ["make", "test", "JOBS=2"],
        ["suiwen", "ask", "怎么办", "--json"],
        ["suiwen", "import", "gdzwfw", "a.jsonl", "--dry-run"],
        ["make", "run"],
        ["suiwen", "ask", "居住证"],
        ["suiwen"],
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("make run", None),
        ("suiwen staff add lin --desk hotline", None),
        ("suiwen staff add lin --window", "suiwen staff has no ['--window']"),
        ("suiwen staff drop lin", "no command suiwen staff drop"),
        ("make -j2 test JOBS=2", None),
        ("make coffee", "no make target ['coffee']"),
        ("suiwen ask 居住证 --json", None),
        ("suiwen import FORMAT FILE… --dry-run", None),
        ("suiwen brew", "no command suiwen brew"),
        ("suiwen ask 居住证 --loud", "suiwen ask has no ['--loud']"),
        ("suiwen-eval --help", None),
    ],
)
def test_the_checker_of_these_tests_can_fail(line: str, said: str | None) -> None:
    assert problem(line.split()) == said
