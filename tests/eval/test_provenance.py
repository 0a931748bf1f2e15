"""With what a measurement was made."""

import hashlib
from pathlib import Path

from eval import provenance


def test_names_inputs_versions_and_command(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    found = provenance.described([tmp_path / "a"])
    assert found["inputs"] == {str(tmp_path / "a"): hashlib.sha256(b"x").hexdigest()}
    assert {"python", "numpy", "ir-measures"} <= set(found["versions"])
    assert found["command"]


def test_outside_of_git_there_is_no_commit(tmp_path: Path) -> None:
    assert provenance.commit(tmp_path / "none") is None
