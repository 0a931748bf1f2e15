"""The Excel template's sheets and columns: which heading stands for which field of which record.

A column's kind, its allowed values and whether it must be filled follow from the record's types.
What is too deep for a cell (a bundle's questions, rules) is one column that holds YAML text.
"""

from __future__ import annotations

import types
from collections.abc import Collection, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from knowledge.types import (
    Article,
    Bundle,
    BundleItem,
    Faq,
    Fee,
    Hotline,
    LegalBasis,
    Policy,
    Record,
    Result,
    ServiceItem,
    SharedMaterial,
    Source,
    Step,
    Window,
)

OWNER = "所属编码"
KIND_NOTES = {
    "text": "文字，照原文填写",
    "word": "文字，前后不留空格；编码列请设为“文本”格式",
    "lines": "多个值每行一个（Alt+Enter 换行）",
    "flag": "是 或 否；不清楚时留空，不要猜",
    "number": "整数",
    "date": "日期，如 2024-01-31；不清楚时留空",
    "choice": "从下拉列表选择",
    "entry": "YAML 文字，每行一个“字段: 值”，用空格缩进（Alt+Enter 换行）",
    "entries": "YAML 文字，每项以“- ”开头，其余各行用空格缩进（Alt+Enter 换行）",
}
LABELS = {"call": "电话", "text": "短信"}
SUGGESTED: Mapping[str, tuple[str, ...]] = {
    "identity.item_type.text": (
        *("行政许可", "行政给付", "行政确认", "行政奖励", "行政裁决", "其他行政权力", "公共服务"),
    ),
    "identity.level": ("国家级", "省级", "市级", "县级", "镇（街道）级", "村（社区）级"),
    "identity.state": ("在用", "暂停", "取消"),
    "handling.case_kind.text": ("即办件", "承诺件"),
    "stage": (
        *("准入准营", "招聘用工", "纳税缴费", "经营发展", "工程建设", "注销退出"),
        *("出生", "教育", "就业", "生活", "置业", "出行", "就医", "救助", "养老", "身后"),
    ),
}
NOTES: Mapping[str, str] = {
    "code": "记录的唯一编码，导入后不要改动；事项用完整实施编码",
    "name": "正式名称，照原文填写",
    "aliases": "群众常用叫法、简称、粤语说法，每行一个",
    "asked": "群众会怎么问，每行一句；只用来查找，不显示",
    "provenance.as_of": "内容反映的日期或年份，如 2024-05-01 或 2021",
    "provenance.checked": "打开原文核对的日期；没有核对就留空",
    "provenance.demonstration": "仅供演示的记录填“是”",
    "provenance.summary": "自己概括、不是原文的填“是”",
    "provenance.incomplete": "原文中断的字段名，如 conditions，每行一个",
    "limits.legal.text": "原文写法，如 30(工作日)；与前两列相同可不填",
    "limits.promised.text": "原文写法；与前两列相同可不填",
    "handling.visits": "到办事现场次数，0 表示不用到现场",
    "handling.audiences": "自然人、企业法人等，每行一个",
    "money.charged": "是 / 否；不清楚时留空",
    "expires": "有效的最后一天",
    "after": "须先办完的事项编码，每行一个",
    "crisis": "优先应对的紧急情况，每行一个",
    "yuan": "每人一次交多少元；标准只有一个数目时才填",
    "version": "这份清单的版本，如 1",
    "listed": "列入哪一批重点事项清单；有来源才填",
    "optional": "填“是”：只有情形规则加入时才要",
    "window": "办理的窗口；同一窗口的事项可以一次去办",
    "key": "情形规则里称呼这份材料的标识；事项的材料留空",
    "for": "要这份材料、但事项记录没有列出的事项编码，每行一个；事项的材料留空",
    "electronic": "可以代替它的电子证照；事项的材料留空",
    "satisfies": "YAML：代表哪个事项（item）的哪份材料（material，照原名）；事项的材料留空",
    "deadline": "YAML：最后一天。event 写日期题的 id 或 start（今天），basis 写依据",
    "opens": "YAML：最早哪天可以办。写法同“最迟办理”",
    "questions": (
        "YAML：依次问的问题。kind 为 choice（缺省）、choices、yes_no、number、date；"
        "选择题写 options；还可写 help、unit、least、most、profile、ask_if（条件）"
    ),
    "rules": (
        "YAML：if（条件）成立时 add_items、remove_items（事项编码）、"
        "add_documents、remove_documents（材料标识），或 stop（kind、instead、code）"
    ),
    "variants": (
        "YAML：对某些人有何不同。if 只看 profile；还可写 conditions、materials、"
        "without（不用的材料名称）、note、place、basis"
    ),
    "benefits": (
        "YAML：给谁什么待遇。if 只看 profile，articles 写条文标识；"
        "还可写 gives、item（事项编码）、automatic（免申即享）、note"
    ),
}
CONDITIONS = (
    "YAML 列里的条件：answer（问题的 id）或 profile（档案字段）加一个比较："
    "is、in、has、at_least、at_most、more_than、less_than、before、since；"
    "可以用 all、any、not 组合。"
)
EXAMPLES: Mapping[str, str] = {
    "satisfies": "- item: HUKOU-1\n  material: 出生医学证明",
    "deadline": """\
event: born
within:
  amount: 1
  unit: 个月
text: 婴儿出生后一个月以内
basis:
  title: 中华人民共和国户口登记条例
  article: 第七条""",
    "questions": """\
- id: born
  text: 孩子哪天出生？
  why: 出生登记有期限。
  kind: date
- id: hukou
  text: 父母的户口在哪里？
  why: 孩子随父亲或者母亲登记。
  options:
  - id: here
    text: 至少一方在广州
  - id: elsewhere
    text: 都不在广州""",
    "rules": """\
- id: elsewhere
  if:
    answer: hukou
    is: elsewhere
  reason: 父母的户口都不在广州，孩子在户口所在地登记。
  remove_items:
  - HUKOU-1""",
    "variants": """\
- id: gangao
  label: 港澳居民
  if:
    profile: residence
    in:
    - hongkong
    - macao
  note: 身份证明用港澳居民居住证。""",
    "benefits": """\
- id: dusheng
  name: 独生子女父母奖励
  if:
    profile: only_child
    is: true
  articles:
  - a1""",
}
"""What a YAML column looks like, by its path."""


Kind = Literal["text", "word", "lines", "flag", "number", "date", "choice", "entry", "entries"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    heading: str
    path: str
    kind: Kind
    required: bool
    allowed: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        return NOTES.get(self.path, KIND_NOTES[self.kind])


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet.  A record sheet has a ``kind``; a child sheet has the list it fills, by kind."""

    title: str
    cls: type
    columns: tuple[Column, ...]
    kind: str = ""
    lists: Mapping[str, str]


_PROVENANCE = {
    "provenance.source": "来源标识",
    "provenance.as_of": "数据截至",
    "provenance.checked": "核对日期",
    "provenance.demonstration": "演示数据",
    "provenance.summary": "概括文字",
    "provenance.incomplete": "不完整字段",
    "provenance.live_guide": "最新指南网址",
}
_NAMES = {
    "code": "编码",
    "name": "名称",
    "aliases": "别名",
    "english": "英文名",
    "effective": "生效日期",
    "expires": "失效日期",
}
_REGION = {"region.text": "地区", "region.code": "地区代码"}
_HANDLING = {
    "handling.audiences": "服务对象",
    "handling.case_kind.text": "办件类型",
    "handling.case_kind.code": "办件类型代码",
    "handling.forms": "办理形式",
    "handling.visits": "到场次数",
    "handling.visits_reason": "到场原因",
    "handling.in_hall": "进驻大厅",
    "handling.reach": "通办范围",
    "handling.appointment": "可预约",
    "handling.appointment_url": "预约网址",
    "handling.courier": "支持快递",
    "handling.courier_text": "快递说明",
    "handling.terminal": "自助终端",
    "handling.proxy": "代办说明",
    "handling.offline": "线下办理说明",
    "handling.commitment": "告知承诺",
    "online.available": "可网办",
    "online.depth": "网办深度",
    "online.url": "网办网址",
    "online.mobile_url": "移动端网址",
    "online.platform": "网办平台",
    "contact.consult": "咨询电话",
    "contact.complain": "监督投诉电话",
    "contact.place": "办理地点",
    "contact.hours": "办理时间",
}
_ITEM = {
    **_NAMES,
    "asked": "口语问法",
    "summary": "简介",
    "identity.catalog_code": "基本编码",
    "identity.local_catalog_code": "地方基本编码",
    "identity.handling_code": "业务办理项编码",
    "identity.portal_codes": "门户编码",
    "identity.item_type.text": "事项类型",
    "identity.item_type.code": "事项类型代码",
    "identity.catalog_name": "目录名称",
    "identity.variant": "办理情形",
    "identity.short_name": "事项简称",
    "identity.level": "行使层级",
    "identity.power_source": "权力来源",
    "identity.state": "事项状态",
    "identity.version": "版本",
    "body.department": "实施主体",
    "body.department_code": "实施主体编码",
    "body.kind.text": "实施主体性质",
    "body.kind.code": "实施主体性质代码",
    "body.entrusted": "委托部门",
    "body.partners": "联办机构",
    **_REGION,
    "conditions": "受理条件",
    "process": "办理流程",
    "quantity_limit": "数量限制",
    "intermediary": "中介服务",
    "limits.legal.amount": "法定时限",
    "limits.legal.unit": "法定时限单位",
    "limits.legal.text": "法定时限原文",
    "limits.legal_note": "法定时限说明",
    "limits.promised.amount": "承诺时限",
    "limits.promised.unit": "承诺时限单位",
    "limits.promised.text": "承诺时限原文",
    "limits.promised_note": "承诺时限说明",
    "limits.special_procedure": "特别程序",
    "money.charged": "是否收费",
    "money.basis": "收费依据",
    "money.pay_online": "网上支付",
    **_HANDLING,
    "remedies.reconsideration": "行政复议",
    "remedies.litigation": "行政诉讼",
    "remedies.rights": "享有的权利",
    "remedies.duties": "履行的义务",
    "themes": "主题",
    "variants": "因人而异",
    **_PROVENANCE,
}
_BUNDLE = {
    **_NAMES,
    "asked": "口语问法",
    "stage": "阶段",
    "audience": "对象",
    "summary": "简介",
    "version": "版本",
    "listed": "列入清单",
    "questions": "情形问题",
    "rules": "情形规则",
    **_REGION,
    **_HANDLING,
    **_PROVENANCE,
}
_POLICY = {
    **_NAMES,
    "asked": "口语问法",
    "number": "文号",
    "issuer": "发文机关",
    "issued": "发文日期",
    "replaced_by": "被何文件取代",
    "benefits": "待遇",
    **_REGION,
    **_PROVENANCE,
}
_HOTLINE = {
    **_NAMES,
    "asked": "口语问法",
    "number": "号码",
    "how": "方式",
    "hours": "服务时间",
    "scope": "受理范围",
    "crisis": "紧急情况",
    **_PROVENANCE,
}
_MATERIAL = {
    "name": "材料名称",
    "need": "必要性",
    "when": "何时需要",
    "form": "材料形式",
    "originals": "原件份数",
    "copies": "复印件份数",
    "issued_by": "来源",
    "exempt": "免提交说明",
    "note": "填报须知",
    "sample_url": "样表网址",
    "basis": "依据",
    "key": "一件事材料标识",
    "satisfies": "代表的事项材料",
    "for": "用于事项编码",
    "optional": "按情形才要",
    "electronic": "电子证照",
}
_FEE = {
    "name": "收费项目",
    "standard": "收费标准",
    "yuan": "金额（元）",
    "basis": "依据",
    "reduction": "减免",
}
_STEP = {
    "name": "环节",
    "detail": "说明",
    "limit.amount": "时限",
    "limit.unit": "时限单位",
    "limit.text": "时限原文",
    "department": "办理部门",
}
_FAQ = {"question": "问题", "answer": "回答"}
_WINDOW = {
    "name": "窗口名称",
    "address": "地址",
    "phone": "电话",
    "hours": "办公时间",
    "district": "行政区",
    "traffic": "交通指引",
}
_RESULT = {
    "name": "结果名称",
    "kind": "结果类型",
    "validity": "有效期",
    "sample_url": "样本网址",
}
_LEGAL = {
    "title": "法律法规名称",
    "number": "文号",
    "article": "条款号",
    "issuer": "颁布机关",
    "effective": "实施日期",
    "text": "条款内容",
}
_SOURCE = {"name": "来源名称", "url": "网址", "opened": "打开日期", "note": "备注"}
_PART = {
    "code": "事项编码",
    "name": "事项名称",
    "department": "办理部门",
    "note": "备注",
    "after": "前置事项编码",
    "parallel_group": "并行组",
    "optional": "按情形才办",
    "window": "办理窗口",
    "deadline": "最迟办理",
    "opens": "最早办理",
}
_ARTICLE = {
    "id": "条文标识",
    "number": "条号",
    "chapter": "章",
    "section": "节",
    "heading": "条标题",
    "text": "条文",
}


def _columns(cls: type, headings: Mapping[str, str]) -> tuple[Column, ...]:
    return tuple(_column(cls, path, heading) for path, heading in headings.items())


def _column(cls: type, path: str, heading: str) -> Column:
    kind, allowed, required = _leaf(cls, path)
    known = tuple(LABELS.get(value, value) for value in allowed)
    return Column(
        heading=heading,
        path=path,
        kind=kind,
        required=required,
        allowed=known or (("是", "否") if kind == "flag" else SUGGESTED.get(path, ())),
    )


def _leaf(cls: type, path: str) -> tuple[Kind, tuple[str, ...], bool]:
    """What stands at a path of a record type: its kind, its literal values, whether it must be.

    A structure is told by its keys in YAML (``entry``), a list of them by ``entries``.
    """
    name, _, rest = path.partition(".")
    attribute = next(field for field in fields(cls) if field.name.rstrip("_") == name)
    hint, optional = _plain(get_type_hints(cls)[attribute.name])
    has_default = attribute.default is not MISSING
    if rest:
        kind, allowed, required = _leaf(hint, rest)
        return kind, allowed, required and not has_default
    required = not has_default and not optional
    if get_origin(hint) is Literal:
        return "choice", get_args(hint), required
    if get_origin(hint) is tuple:
        return "entries" if is_dataclass(get_args(hint)[0]) else "lines", (), required
    if is_dataclass(hint):
        return "entry", (), required
    simple: dict[Any, Kind] = {bool: "flag", int: "number", date: "date"}
    word = name.endswith(("code", "url")) or name in ("id", "name", "key")
    return simple.get(hint, "word" if word else "text"), (), required


def _plain(hint: Any) -> tuple[Any, bool]:
    """A type without ``| None``, and whether it had it."""
    if get_origin(hint) in (Union, types.UnionType):
        parts = [part for part in get_args(hint) if part is not type(None)]
        return parts[0], True
    return hint, False


def leaf_paths(cls: type, whole: Collection[str], prefix: str = "") -> Iterator[str]:
    """All field paths of a type; a structure whose path is in ``whole`` is not taken apart."""
    hints = get_type_hints(cls)
    for field in fields(cls):
        plain, _ = _plain(hints[field.name])
        path = prefix + field.name.rstrip("_")
        if is_dataclass(plain) and path not in whole:
            yield from leaf_paths(plain, whole, f"{path}.")  # type: ignore[arg-type]
        else:
            yield path


def _child(title: str, cls: type, headings: Mapping[str, str], **lists: str) -> Sheet:
    owner = Column(heading=OWNER, path="", kind="word", required=True)
    return Sheet(title=title, cls=cls, columns=(owner, *_columns(cls, headings)), lists=lists)


def _records(title: str, cls: type[Record], headings: Mapping[str, str]) -> Sheet:
    return Sheet(title=title, cls=cls, columns=_columns(cls, headings), kind=cls.kind, lists={})


SHEETS: tuple[Sheet, ...] = (
    _records("事项", ServiceItem, _ITEM),
    _child("材料", SharedMaterial, _MATERIAL, item="materials", bundle="materials"),
    _child("收费", Fee, _FEE, item="money.fees"),
    _child("环节", Step, _STEP, item="steps", bundle="steps"),
    _child("常见问题", Faq, _FAQ, item="faqs", bundle="faqs"),
    _child("窗口", Window, _WINDOW, item="windows"),
    _child("结果", Result, _RESULT, item="results"),
    _child("依据", LegalBasis, _LEGAL, item="legal_basis", bundle="legal_basis"),
    _records("一件事", Bundle, _BUNDLE),
    _child("一件事事项", BundleItem, _PART, bundle="items"),
    _records("政策", Policy, _POLICY),
    _child("政策条文", Article, _ARTICLE, policy="articles"),
    _records("热线", Hotline, _HOTLINE),
    _child(
        "来源",
        Source,
        _SOURCE,
        item="provenance.sources",
        bundle="provenance.sources",
        policy="provenance.sources",
        hotline="provenance.sources",
    ),
)
