"""A few documents, written for the tests."""

from __future__ import annotations

from retrieval.types import Document

_ITEMS = {
    "居住证办理": "在本市居住半年以上的非户籍人口申领居住证。\n材料：身份证、居住地址证明。",
    "居住证签注": "居住证每满一年须签注一次。\n材料：居住证、居住地址证明。",
    "结婚登记": "男女双方自愿结婚，亲自到婚姻登记机关申请。\n材料：户口簿、身份证、照片。",
    "离婚登记": "夫妻双方自愿离婚，签订离婚协议书。\n材料：结婚证、户口簿、身份证。",
    "食品经营许可": "从事食品销售和餐饮服务，应当取得食品经营许可。\n材料：申请书、平面图。",
    "护照签发": "公民因私出国，向出入境管理机构申请普通护照。\n材料：身份证、照片。",
    "失业保险金申领": "失业人员按月领取失业保险金。\n材料：身份证、社会保障卡。",
    "社会保障卡补领": "社会保障卡遗失后申请补领。\n材料：身份证。",
    "新生儿入户": "父亲或者母亲为新生儿申报户口登记。\n材料：出生医学证明、户口簿。",
    "公积金提取": "缴存职工购买、租赁住房可以提取住房公积金。\n材料：购房合同或者租赁合同。",
}
_ALIASES = {"护照签发": ("办护照", "Passport"), "居住证办理": ("居住证",)}


def documents() -> list[Document]:
    """Ten service items; ids ``GZ-00`` to ``GZ-09``."""
    return [
        Document(
            id=f"GZ-{number:02}",
            record=f"GZ-{number:02}",
            kind="item",
            title=title,
            body=body,
            aliases=_ALIASES.get(title, ()),
        )
        for number, (title, body) in enumerate(_ITEMS.items())
    ]
