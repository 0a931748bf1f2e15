"""Masks for storage and for screens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.privacy.masking import mask, screen

ID = "610122198310134420"


def test_a_mask_says_the_kind_only() -> None:
    text = f"我叫李明，电话138 0013 8000，身份证{ID}，住骏景花园3栋502，发到a@qq.com"
    assert mask(text) == "我叫[姓名]，电话[手机号]，身份证[身份证]，住骏景花园[门牌]，发到[邮箱]"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("13800138000", "138****8000"),
        ("１３８ ００１３ ８０００", "138****8000"),
        (ID, "6101**********4420"),
        ("电话020-83134173", "电话020-****4173"),
        ("电话83134173", "电话****4173"),
        ("卡号6222021234567890", "卡号************7890"),
        ("我叫李明，", "我叫李*，"),
        ("我叫欧阳娜娜，", "我叫欧阳**，"),
        ("我住体育东路123号2栋801房", "我住体育东路***"),
        ("邮箱zhang@qq.com", "邮箱z***@qq.com"),
        ("车牌粤A12345", "车牌粤A***45"),
        ("QQ12345", "QQ1**45"),
    ],
)
def test_a_screen_shows_a_part(text: str, shown: str) -> None:
    assert screen(text) == shown


@pytest.mark.parametrize(
    ("split", "shown"),
    [
        ((3, 4), "610***********4420"),
        ((6, 3), "610122*********420"),
        ((0, 0), "*" * 18),
        ((9, 9), "610122198*********"),
    ],
)
def test_the_split_of_an_identity_is_a_setting(split: tuple[int, int], shown: str) -> None:
    assert screen(ID, id_split=split) == shown


def test_public_numbers_stay() -> None:
    public = frozenset({"02083134173"})
    text = "020-83134173，13800138000"
    assert mask(text, public) == "020-83134173，[手机号]"
    assert screen(text, public) == "020-83134173，138****8000"


@given(
    st.text(st.sampled_from("0123456789 -一零Ｈ粤A路号栋我叫李陈明微信a@.qQ：，。"), max_size=60)
)
def test_a_second_mask_finds_no_more_than_labels_left(text: str) -> None:
    once = mask(text)
    assert len(mask(mask(once))) == len(mask(once))
    assert isinstance(screen(text), str)


def test_texts_without_personal_data_are_untouched() -> None:
    text = "居住证怎么办？\n要7个工作日，打12345。"
    assert mask(text) == screen(text) == text
