"""kill -9 during publications: a twentieth of ``make kill``; and an inspector that sees damage."""

from pathlib import Path

from eval import kill
from eval.publisher import publish
from knowledge import releases


def test_ten_kills_leave_a_whole_release() -> None:
    report = kill.run(10, seed=1, advance=lambda: None)
    assert report.problems == ()
    assert report.times == report.old + report.new + report.finished == 10
    assert report.old > 0


def test_the_inspector_sees_damage(tmp_path: Path) -> None:
    kill._stage(tmp_path, 1)
    name = publish(tmp_path).id
    assert kill.inspect(tmp_path, (1, 2), name) == ("old", None)
    assert kill.inspect(tmp_path, (1, 2), "another")[1] is not None  # records of the wrong version
    directory = tmp_path / "releases" / name
    records = directory / "records.jsonl"
    records.write_bytes(records.read_bytes().replace("试验部门".encode(), "试验单位".encode()))
    assert "manifest" in (kill.inspect(tmp_path, (1, 2), name)[1] or "")
    (directory / "index" / "manifest.json").unlink()
    assert "打不开" in (kill.inspect(tmp_path, (1, 2), name)[1] or "")
    assert releases.current(tmp_path) == name
