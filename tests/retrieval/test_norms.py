from __future__ import annotations

import pytest

from retrieval.norms import LAW, NO_NORM, OTHER, REGULATION, law_of, standing_of


@pytest.mark.parametrize(
    ("title", "standing"),
    [
        ("中华人民共和国民法典第五十四条", LAW),
        ("中华人民共和国婚姻法（修正）第3条", LAW),
        ("个体工商户条例 第二条", REGULATION),
        ("婚姻登记工作办法第二条", OTHER),
        ("最高人民法院关于审理民间借贷案件适用法律若干问题的规定第一条", OTHER),
        ("居住证办理", NO_NORM),
        ("民法典", NO_NORM),
        ("", NO_NORM),
    ],
)
def test_how_far_up_an_article_stands(title: str, standing: float) -> None:
    assert standing_of(title) == standing


def test_the_law_of_an_article() -> None:
    assert law_of("居住证暂行条例 第二条 适用范围") == "居住证暂行条例"
    assert law_of("第二条") == ""
    assert law_of("居住证暂行条例") is None
