"""What is found, where, and what stays readable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.privacy.detect import find, standing
from assistant.privacy.types import Kind

ID = "610122198310134420"


@pytest.mark.parametrize(
    ("text", "kind", "typed"),
    [
        (f"身份证{ID}", Kind.RESIDENT_ID, ID),
        ("身份证11010519491231002x", Kind.RESIDENT_ID, "11010519491231002x"),
        ("610122198310134421", Kind.RESIDENT_ID, "610122198310134421"),
        ("老身份证610104620927690", Kind.RESIDENT_ID, "610104620927690"),
        ("居住证810000199408230021", Kind.RESIDENCE_PERMIT, "810000199408230021"),
        ("电话13800138000。", Kind.MOBILE, "13800138000"),
        ("电话１３８-００１３-８０００", Kind.MOBILE, "１３８-００１３-８０００"),
        ("一三八零零一三八零零零", Kind.MOBILE, "一三八零零一三八零零零"),
        ("138二〇〇12345", Kind.MOBILE, "138二〇〇12345"),
        ("第二13800138000", Kind.MOBILE, "13800138000"),
        ("1 3 8 0 0 1 3 8 0 0 0", Kind.MOBILE, "1 3 8 0 0 1 3 8 0 0 0"),
        ("+86 138 0013 8000", Kind.MOBILE, "+86 138 0013 8000"),
        ("打13800138000人不在", Kind.MOBILE, "13800138000"),
        ("wx13800138000", Kind.MOBILE, "13800138000"),
        ("香港电话+852 6123 4567", Kind.MOBILE, "+852 6123 4567"),
        ("(020)83134173", Kind.LANDLINE, "(020)83134173"),
        ("家里电话83134173", Kind.LANDLINE, "83134173"),
        ("4111 1111 1111 1111", Kind.BANK_CARD, "4111 1111 1111 1111"),
        ("卡号6222021234567890", Kind.BANK_CARD, "6222021234567890"),
        ("回乡证H1234567800", Kind.TRAVEL_PERMIT, "H1234567800"),
        ("台胞证12345678", Kind.TRAVEL_PERMIT, "12345678"),
        ("A123456(3)", Kind.HONG_KONG_ID, "A123456(3)"),
        ("护照号码MA1234567", Kind.PASSPORT, "MA1234567"),
        ("ED1234567", Kind.PASSPORT, "ED1234567"),
        ("車牌粵A·12345", Kind.PLATE, "粵A·12345"),
        ("粤AD12345", Kind.PLATE, "粤AD12345"),
        ("粤Z1234港", Kind.PLATE, "粤Z1234港"),
        ("邮箱ｚhang@qq.com", Kind.EMAIL, "ｚhang@qq.com"),
        ("加微信zhang_san88", Kind.ACCOUNT, "zhang_san88"),
        ("QQ：12345678", Kind.ACCOUNT, "12345678"),
        ("我叫李明住在番禺", Kind.NAME, "李明"),
        ("我叫歐陽娜娜，", Kind.NAME, "歐陽娜娜"),
        ("姓名：买买提·艾力", Kind.NAME, "买买提·艾力"),
        ("my name is Mary Wong", Kind.NAME, "Mary Wong"),
        ("我是王小明，想问", Kind.NAME, "王小明"),
        ("体育东路123号2栋801房", Kind.ADDRESS, "123号2栋801房"),
        ("我住体育东路123号", Kind.ADDRESS, "123号"),
        ("骏景花园三栋五零二", Kind.ADDRESS, "三栋五零二"),
    ],
)
def test_found_where_it_was_typed(text: str, kind: Kind, typed: str) -> None:
    (found,) = find(text)
    assert (found.kind, text[found.start : found.end]) == (kind, typed)


@pytest.mark.parametrize(
    "text",
    [
        "打12345、110、120、12315、020-12345都没人接",
        "400-830-1234",
        "13800138000元",
        "13800138000.00",
        "0.13800138000",
        "办件编号44010020221122000123",
        f"受理编号{ID[:-1]}1",
        "穗府规〔2022〕13号",
        "2022-11-22 08:30:15",
        "13 15 17 19 21 23",
        "事项编码11440000006939756B2440101007000",
        "统一社会信用代码11440000006939756B",
        "粤B2-20040089",
        "MB1782462",
        "UU0081074",
        "本人户籍在湖南，申请人应当到场",
        "联系人方式，当事人陈述，我是白云区的",
        "体育东路123号门口堵车",
        "",
    ],
)
def test_look_alikes_stay_readable(text: str) -> None:
    assert find(text) == ()


def test_a_company_is_no_person_but_its_owner_is() -> None:
    sole, company = "92440101MA5ABCDE1", "91440101MA5ABCDE1"
    sole, company = (next(filter(_checked, _ends(one))) for one in (sole, company))
    assert [one.kind for one in find(f"公司{sole}")] == [Kind.CREDIT_CODE]
    assert find(f"公司{company}") == ()
    assert [one.kind for one in find(f"我的公司{company}")] == [Kind.CREDIT_CODE]


def _ends(code: str) -> list[str]:
    return [code + last for last in "0123456789ABCDEFGHJKLMNPQRTUWXY"]


def _checked(code: str) -> bool:
    from assistant.privacy.checks import credit_code

    return credit_code(code)


def test_what_offices_published_stays_readable() -> None:
    public = standing(["咨询电话：020-83134173，邮箱 sft@gd.gov.cn", "体育西路57号二楼"])
    for text in (
        "020-83134173和020 8313 4173",
        "电话83134173",
        "sft@gd.gov.cn",
        "天河区体育西路57号二楼",
    ):
        assert find(text) != ()
        assert find(text, public) == ()
    assert len(find("020-83134174，体育东路57号二楼", public)) == 2
    assert find("020-83134173", ["020-83134173"]) == ()


def test_values_are_normal_and_the_repr_shows_none() -> None:
    (found,) = find("電話１３８ 0013 八零零零")
    assert found.value == "13800138000"
    assert "138" not in repr(found)


def test_several_stand_in_their_order() -> None:
    text = f"我叫李明，138 0013 8000 {ID[:6]} {ID[6:14]} {ID[14:]}，住骏景花园3栋502"
    found = find(text)
    assert [one.kind for one in found] == [
        Kind.NAME,
        Kind.MOBILE,
        Kind.RESIDENT_ID,
        Kind.ADDRESS,
    ]


@given(
    st.text(
        st.one_of(
            st.sampled_from("0123456789一二零〇１３X().- ·+@粤A路号栋房我叫李微信qq：\u200b"),
            st.characters(),
        ),
        max_size=120,
    )
)
def test_any_text_gives_spans_in_order_that_do_not_overlap(text: str) -> None:
    last = 0
    for one in find(text):
        assert last <= one.start < one.end <= len(text)
        assert one.value
        last = one.end


@given(st.text(st.characters(categories=("Lo", "Po", "Zs")), max_size=30))
def test_a_mobile_is_found_between_any_characters(around: str) -> None:
    from assistant.privacy.folding import fold

    padded = f"{around}，13800138000，{around}"
    if any(map(str.isdigit, fold(around).digits)) or "元" in around:
        return
    assert "13800138000" in [one.value for one in find(padded)]
