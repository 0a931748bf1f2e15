"""The words of the knowledge layer: frozen records and what can be cited of them.

Record shapes follow ``shared/domain.md`` §5.3 (service items), §5.7 (bundles) and the article
structure of Chinese legal texts (policies).  A value that is not known is ``None`` or empty:
nothing in a record is ever guessed.  Every record validates from YAML or JSON with
``knowledge.codec``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Strict:
    """Unknown fields are refused when a record is read (a misspelt key is never lost silently).

    A field whose name is a Python keyword ends in ``_`` and is written without it in YAML and JSON.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "serialize_by_alias": True}


class Facet(StrEnum):
    """The part of a service item that a question is about."""

    OVERVIEW = "overview"
    CONDITIONS = "conditions"
    MATERIALS = "materials"
    PROCESS = "process"
    TIME_LIMIT = "time_limit"
    FEE = "fee"
    AMOUNT = "amount"
    PLACE = "place"
    HOURS = "hours"
    CONTACT = "contact"
    COMPLAINT = "complaint"
    ONLINE = "online"
    VISITS = "visits"
    DELIVERY = "delivery"
    PROXY = "proxy"
    AUDIENCE = "audience"
    DEPARTMENT = "department"
    REGION = "region"
    LEGAL_BASIS = "legal_basis"
    RESULT = "result"
    REMEDIES = "remedies"
    IDENTITY = "identity"
    FAQ = "faq"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Strict):
    """Where a fact was read: a named text, its address and the day that it was opened."""

    name: str
    url: str | None = None
    opened: date | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance(Strict):
    """How far a record may be trusted.

    ``as_of`` is the date or year its facts describe; ``checked`` is set only when a text with an
    address was opened on that day; ``incomplete`` names the fields whose source text is cut off.
    """

    source: str = ""
    as_of: str
    checked: date | None = None
    demonstration: bool = False
    summary: bool = False
    incomplete: tuple[str, ...] = ()
    live_guide: str | None = None
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded(Strict):
    """A vocabulary value with the source's own code: never map by number without the source."""

    code: str | None = None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration(Strict):
    """A limit as the record states it; ``text`` is the verbatim source wording if it differs."""

    amount: int
    unit: Literal["工作日", "自然日", "个月", "年", "小时", "分钟"]
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Material(Strict):
    name: str
    need: Literal["必要", "非必要", "容缺后补"] = "必要"
    when: str | None = None
    form: str | None = None
    originals: int | None = None
    copies: int | None = None
    issued_by: str | None = None
    exempt: str | None = None
    note: str | None = None
    sample_url: str | None = None
    basis: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee(Strict):
    """``yuan``: what one applicant pays once, set only where the standard is one plain amount."""

    name: str
    standard: str
    yuan: int | None = None
    basis: str | None = None
    reduction: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Strict):
    name: str
    detail: str | None = None
    limit: Duration | None = None
    department: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Faq(Strict):
    question: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Window(Strict):
    name: str | None = None
    address: str
    phone: str | None = None
    hours: str | None = None
    district: str | None = None
    traffic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalBasis(Strict):
    title: str
    number: str | None = None
    article: str | None = None
    issuer: str | None = None
    effective: date | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(Strict):
    name: str
    kind: str | None = None
    validity: str | None = None
    sample_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Body(Strict):
    """The implementing body (实施主体)."""

    department: str
    department_code: str | None = None
    kind: Coded | None = None
    entrusted: str | None = None
    partners: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits(Strict):
    legal: Duration | None = None
    legal_note: str | None = None
    promised: Duration | None = None
    promised_note: str | None = None
    special_procedure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Money(Strict):
    """``charged`` is three-valued: ``None`` means that the record does not say."""

    charged: bool | None = None
    basis: str | None = None
    pay_online: bool | None = None
    fees: tuple[Fee, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling(Strict):
    """Who may apply and how (who-and-how group of §5.3)."""

    audiences: tuple[str, ...] = ()
    case_kind: Coded | None = None
    forms: tuple[str, ...] = ()
    visits: int | None = None
    visits_reason: str | None = None
    in_hall: bool | None = None
    reach: str | None = None
    appointment: bool | None = None
    appointment_url: str | None = None
    courier: bool | None = None
    courier_text: str | None = None
    terminal: str | None = None
    proxy: str | None = None
    offline: str | None = None
    commitment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Online(Strict):
    available: bool | None = None
    depth: str | None = None
    url: str | None = None
    mobile_url: str | None = None
    platform: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(Strict):
    consult: str | None = None
    complain: str | None = None
    place: str | None = None
    hours: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedies(Strict):
    reconsideration: str | None = None
    litigation: str | None = None
    rights: str | None = None
    duties: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity(Strict):
    """Codes and catalogue names of an item (§5.1): identifiers, never parsed for meaning."""

    catalog_code: str | None = None
    local_catalog_code: str | None = None
    handling_code: str | None = None
    portal_codes: tuple[str, ...] = ()
    item_type: Coded | None = None
    catalog_name: str | None = None
    variant: str | None = None
    short_name: str | None = None
    level: str | None = None
    power_source: str | None = None
    state: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition(Strict):
    """A condition over answers and profile: one of ``all``, ``any``, ``not``, or a comparison.

    A comparison names an ``answer`` (a question of the bundle) or a ``profile`` field
    (``knowledge/profile.yaml``) and has one of: ``is``, ``in``, ``has`` (of a question with several
    choices), ``at_least``, ``at_most``, ``more_than``, ``less_than`` (numbers), ``before``,
    ``since`` (dates).  What they mean stands in ``knowledge.conditions``.
    """

    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()
    not_: Annotated[Condition | None, Field(alias="not")] = None
    answer: str | None = None
    profile: str | None = None
    is_: Annotated[bool | int | str | None, Field(alias="is")] = None
    in_: Annotated[tuple[int | str, ...], Field(alias="in")] = ()
    has: str | None = None
    at_least: int | None = None
    at_most: int | None = None
    more_than: int | None = None
    less_than: int | None = None
    before: date | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant(Strict):
    """How an item differs for some people or places (港澳居民, 来穗人员, 某区).

    ``if`` compares profile fields only; ``without`` names materials of the item that fall away.
    """

    id: str
    label: str
    if_: Annotated[Condition, Field(alias="if")]
    conditions: str | None = None
    materials: tuple[Material, ...] = ()
    without: tuple[str, ...] = ()
    note: str | None = None
    place: str | None = None
    basis: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceItem(Strict):
    """One thing a citizen can apply for (事项), keyed by its code, never by its name.

    ``asked``: how people ask for it in their own words; searched, never shown.
    """

    kind: ClassVar[str] = "item"

    code: str
    name: str
    provenance: Provenance
    body: Body
    aliases: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    summary: str | None = None
    english: str | None = None
    identity: Identity = Identity()
    region: Coded | None = None
    effective: date | None = None
    expires: date | None = None
    conditions: str | None = None
    process: str | None = None
    quantity_limit: str | None = None
    intermediary: str | None = None
    limits: Limits = Limits()
    money: Money = Money()
    handling: Handling = Handling()
    online: Online = Online()
    contact: Contact = Contact()
    remedies: Remedies = Remedies()
    themes: tuple[str, ...] = ()
    materials: tuple[Material, ...] = ()
    steps: tuple[Step, ...] = ()
    faqs: tuple[Faq, ...] = ()
    windows: tuple[Window, ...] = ()
    results: tuple[Result, ...] = ()
    legal_basis: tuple[LegalBasis, ...] = ()
    variants: tuple[Variant, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Option(Strict):
    """One answer that can be chosen; rules compare its ``id``, a citizen reads its ``text``."""

    id: str
    text: str
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Strict):
    """A situation question: asked in order, if ``ask_if`` is not false and a rule still needs it.

    ``why`` says in plain words why it is asked.  ``profile`` names the profile field that answers
    it, if the citizen has told it already (a field of the same kind with the same option ids).
    """

    id: str
    text: str
    why: str
    kind: Literal["choice", "choices", "yes_no", "number", "date"] = "choice"
    help: str | None = None
    options: tuple[Option, ...] = ()
    unit: str | None = None
    least: int | None = None
    most: int | None = None
    ask_if: Condition | None = None
    profile: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop(Strict):
    """The plan ends here: not possible in this place, not before a date, or another way instead.

    ``instead`` says what to do; ``code`` names the record of the other way, if there is one.
    """

    kind: Literal["not_here", "not_yet", "another_way"]
    instead: str
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Strict):
    """If the condition holds, items (by code) and documents (by key) are added or removed.

    A removal wins over an addition.  ``reason`` is shown to the citizen, with ``basis``.
    """

    id: str
    if_: Annotated[Condition, Field(alias="if")]
    reason: str
    add_items: tuple[str, ...] = ()
    remove_items: tuple[str, ...] = ()
    add_documents: tuple[str, ...] = ()
    remove_documents: tuple[str, ...] = ()
    stop: Stop | None = None
    basis: LegalBasis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock(Strict):
    """A time that runs from the day given in answer to question ``event`` (``start``: today)."""

    event: str
    within: Duration
    text: str
    basis: LegalBasis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleItem(Strict):
    """One service inside a bundle; ``after`` names the codes that must be finished first.

    ``optional``: only handled if a rule adds it.  ``window``: the counter where it is handled;
    items of one window can share a visit.  ``deadline``: the last day to apply; ``opens``: the
    first.
    """

    code: str
    name: str
    department: str | None = None
    note: str | None = None
    after: tuple[str, ...] = ()
    parallel_group: str | None = None
    optional: bool = False
    window: str | None = None
    deadline: Clock | None = None
    opens: Clock | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Satisfies(Strict):
    """One material of one item, by its name in the item's record."""

    item: str
    material: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedMaterial(Material):
    """A document of a bundle, prepared once for all items that ask for it.

    ``satisfies``: materials of the items' records that are this document; ``for``: codes of items
    that ask for it without listing it.  ``optional``: only asked for if a rule adds it.
    ``electronic``: the electronic licence (电子证照) that stands in for it.  A ``key`` makes it
    part of the plan; without one it is only shown in the bundle's own list.
    """

    key: str | None = None
    satisfies: tuple[Satisfies, ...] = ()
    for_: Annotated[tuple[str, ...], Field(alias="for")] = ()
    optional: bool = False
    electronic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle(Strict):
    """Several items handled together for one life event (高效办成一件事)."""

    kind: ClassVar[str] = "bundle"

    code: str
    name: str
    provenance: Provenance
    stage: str
    audience: Literal["个人", "企业"]
    items: tuple[BundleItem, ...]
    aliases: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    summary: str | None = None
    english: str | None = None
    region: Coded | None = None
    version: str | None = None
    listed: str | None = None
    effective: date | None = None
    expires: date | None = None
    materials: tuple[SharedMaterial, ...] = ()
    questions: tuple[Question, ...] = ()
    rules: tuple[Rule, ...] = ()
    steps: tuple[Step, ...] = ()
    handling: Handling = Handling()
    online: Online = Online()
    contact: Contact = Contact()
    faqs: tuple[Faq, ...] = ()
    legal_basis: tuple[LegalBasis, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit(Strict):
    """What a policy grants to whom: ``if`` compares profile fields only.

    ``gives`` says what is granted; ``articles`` are ids of the policy's articles that say so;
    ``item`` is the code of the service that grants it; ``automatic``: granted without application
    (免申即享).
    """

    id: str
    name: str
    if_: Annotated[Condition, Field(alias="if")]
    articles: tuple[str, ...]
    gives: str | None = None
    item: str | None = None
    automatic: bool | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article(Strict):
    """One article (条) of a policy; ``text`` keeps its paragraphs (款) as lines."""

    id: str
    number: str
    text: str
    chapter: str | None = None
    section: str | None = None
    heading: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(Strict):
    """A rule text with articles.  ``provenance.summary`` tells a summary from a verbatim text."""

    kind: ClassVar[str] = "policy"

    code: str
    name: str
    provenance: Provenance
    articles: tuple[Article, ...]
    issuer: str | None = None
    number: str | None = None
    aliases: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    english: str | None = None
    region: Coded | None = None
    issued: date | None = None
    effective: date | None = None
    expires: date | None = None
    replaced_by: str | None = None
    benefits: tuple[Benefit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hotline(Strict):
    """A telephone service; ``crisis`` names the kinds of emergency that it answers first.

    ``asked``: what people say who need it; searched, never shown.
    """

    kind: ClassVar[str] = "hotline"

    code: str
    name: str
    number: str
    provenance: Provenance
    how: Literal["call", "text"] = "call"
    hours: str | None = None
    scope: str | None = None
    english: str | None = None
    crisis: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    effective: date | None = None
    expires: date | None = None


Record = ServiceItem | Bundle | Policy | Hotline


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One printable value: ``field`` is its path in the record, ``quote`` the source wording.

    ``text`` is what a citizen reads; it may differ from ``quote`` in form only
    (30(工作日) → 30个工作日).
    """

    field: str
    label: str
    text: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """The smallest part of a record that can be cited; ``id`` is stable between releases."""

    id: str
    record: str
    kind: str
    facet: Facet
    title: str
    text: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """An oddity met while importing or linting: it names record, field, value and remedy."""

    rule: str
    code: str
    field: str
    value: str
    remedy: str
    level: Literal["error", "warning", "notice"] = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What an importer made of its files: nothing is lost, ``rejected`` says why."""

    read: int
    records: tuple[Record, ...]
    findings: tuple[Finding, ...] = ()
    rejected: tuple[Finding, ...] = ()
