"""The processor that searches what a log line holds."""

from __future__ import annotations

import json

import pytest
import structlog

from assistant import telemetry
from assistant.privacy.telemetry import mask_event


def test_values_are_masked_wherever_they_stand() -> None:
    event = {
        "event": "我叫李明，",
        "error": ["13800138000", {"13800138000": ("a@qq.com", 1)}],
        "record": 13800138000,
        "missing": ValueError("13800138000"),
    }
    written = json.dumps(mask_event(None, "info", event), ensure_ascii=False)
    assert not [one for one in ("李明", "138", "a@qq") if one in written]
    assert written.count("[手机号]") == 4


def test_what_is_no_personal_data_stays_as_it_is() -> None:
    event = {
        "event": "turn",
        "turn": "0f8fad5bd9cb469fa16570867728950e",
        "session": "075583134173",
        "question": "0123456789ab",
        "timestamp": "2026-11-22T10:00:00.123456Z",
        "release": "20261123T013141810-5615167c",
        "record": "11440100007510086R444010600100001",
        "ms": {"search": 3.4},
        "total_ms": 1380013.8,
        "reason": None,
        "missing": True,
        "error": 503,
    }
    assert mask_event(None, "info", event) == event


def test_a_phone_in_place_of_a_hash_is_masked() -> None:
    event = {"session": "13800138000", "record": "075583134173"}
    assert mask_event(None, "info", event) == {"session": "[手机号]", "record": "[电话]"}


def test_a_phone_in_place_of_a_release_or_a_step_is_masked() -> None:
    masked = mask_event(None, "info", {"release": "13800138000", "ms": {"13800138000": 1.0}})
    assert masked == {"release": "[手机号]", "ms": {"[手机号]": 1.0}}


def test_an_allowed_key_that_was_given_a_phone_is_masked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    telemetry.configure("INFO")
    structlog.get_logger().info("turn", error="call 13800138000", reason="我叫李明，")
    line = json.loads(capsys.readouterr().err)
    assert (line["error"], line["reason"]) == ("call [手机号]", "我叫[姓名]，")
