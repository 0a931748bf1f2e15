// Building the page from replies. Data only ever becomes text nodes and checked links:
// there is no innerHTML in this file, and there must never be.

/** @typedef {import("./api.js").Reply} Reply */
/** @typedef {import("./api.js").Card} Card */
/** @typedef {import("./api.js").CardRow} CardRow */

/**
 * Make an element. Properties that start with "on" are listeners, others are attributes
 * (`true` sets an empty one; `false`, `""`, `null` and `undefined` leave it out).
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined || value === "") continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

// ---- Links ---------------------------------------------------------------------------------

/** The address if it is a plain web address, else null. */
export function webUrl(text) {
  try {
    const url = new URL(text);
    const web = url.protocol === "https:" || url.protocol === "http:";
    return web && !url.username && !url.password ? url : null;
  } catch {
    return null;
  }
}

function webLink(text, address, className = "link") {
  const url = webUrl(address);
  if (!url) return null;
  return h(
    "a",
    { class: className, href: url.href, target: "_blank", rel: "noopener noreferrer" },
    h("span", { class: "linktext" }, text),
    h("span", { class: "host" }, url.hostname),
    h("span", { class: "opens" }, "新窗口打开"),
  );
}

/** An address of this server's own, as the page of a saved plan; else null. */
function ownUrl(path) {
  return /^\/plan\/[0-9A-Z]{10}(\.ics)?$/.test(path || "") ? path : null;
}

const NUMBER = /\+?\d[\d\-－—() ]{1,18}\d/g;

/** A text with its telephone numbers as `tel:` links (or `sms:` links, when `scheme` says so). */
function phones(text, scheme = "tel", className = "tel") {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(NUMBER)) {
    parts.push(text.slice(from, match.index));
    const digits = match[0].replace(/[^\d+]/g, "");
    parts.push(h("a", { class: className, href: `${scheme}:${digits}` }, match[0]));
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return parts.filter((part) => part !== "");
}

/** A number that takes short messages, not calls: the row says so in its text (the police's 12110). */
function bySms(row) {
  return row.text === "短信";
}

// ---- Words ---------------------------------------------------------------------------------

const STATUS = {
  answered: "答复",
  partial: "只查到一部分",
  clarify: "想先问清楚",
  guiding: "办理引导",
  filed: "已经登记",
  not_found: "没有查到",
  out_of_scope: "不在服务范围内",
  refused: "这个问题不能回答",
  crisis: "请先看这里",
  handed_off: "转人工",
  failed: "暂时没能回答",
};

const KIND = { item: "办事指南", bundle: "一件事", policy: "政策法规", hotline: "热线" };

// Record fields (knowledge/types.py) in the words of the service guide; the longest path counts.
const FIELD = {
  name: "名称", code: "事项编码", summary: "概述", conditions: "受理条件", process: "办理流程",
  limits: "办理时限", "limits.promised": "承诺办结时限", "limits.legal": "法定办结时限",
  money: "收费", "money.fees": "收费项目", "money.basis": "收费依据",
  handling: "办理方式", "handling.offline": "线下办理", "handling.proxy": "代办",
  "handling.reach": "通办范围", "handling.visits": "到现场次数", "handling.courier": "快递送达",
  "handling.appointment": "网上预约", "handling.terminal": "自助终端",
  "handling.audiences": "服务对象", "handling.case_kind": "办件类型",
  online: "网上办理", contact: "咨询与投诉", "contact.consult": "咨询电话",
  "contact.complain": "监督投诉电话", "contact.place": "办理地点", "contact.hours": "办理时间",
  remedies: "救济途径", materials: "申请材料", steps: "办理步骤", faqs: "常见问题",
  windows: "办理窗口", results: "办理结果", legal_basis: "设定依据", body: "实施主体",
  region: "适用地区", effective: "施行日期", expires: "失效日期", quantity_limit: "数量限制",
  intermediary: "中介服务", identity: "事项信息", themes: "主题分类", items: "包含事项",
  articles: "条文", number: "号码", english: "英文名", hours: "服务时间", scope: "服务范围",
  issuer: "制定机关", issued: "公布日期", provenance: "记录时间",
};

/** `materials[2].name` → 申请材料; a path that is not known (or is Chinese) stays as it is. */
function fieldName(path) {
  const [first, second] = path.split(/[.[]/);
  return FIELD[`${first}.${second}`] || FIELD[first] || path;
}

/** 2026-05-01 → 2026年5月1日; anything else (a year, a wording) stays as it is. */
function day(text) {
  const [, year, month, date] = text.match(/^(\d{4})-(\d{2})-(\d{2})/) || [];
  return year ? `${year}年${Number(month)}月${Number(date)}日` : text;
}

// ---- Sentences and citations ------------------------------------------------------------------

/**
 * What the builders of one answer share.
 * @typedef {{id:string, citations:Map<number, import("./api.js").Citation>,
 *   ask:(text:string, shown?:string)=>void, say:(text:string)=>void}} Context
 */

/** Open the sources at number n; "回到正文" then leads back to the mark that was pressed. */
function openSource(context, n, button) {
  const entry = document.getElementById(`${context.id}-source-${n}`);
  if (!entry) return;
  const section = entry.closest("details");
  section.querySelector(".target")?.classList.remove("target");
  section.querySelector(".back")?.remove();
  section.open = true;
  entry.classList.add("target");
  entry.append(h("button", {
    type: "button",
    class: "quiet-button back",
    onclick: (event) => {
      event.currentTarget.remove();
      entry.classList.remove("target");
      button.focus();
    },
  }, "回到正文"));
  entry.focus({ preventScroll: true });
  entry.scrollIntoView({ block: "nearest" });
}

/** The [1] buttons behind a sentence or a row. */
function marks(numbers, context) {
  return (numbers || [])
    .filter((n) => context.citations.has(n))
    .map((n) =>
      h(
        "button",
        {
          type: "button",
          class: "cite",
          "aria-label": `[${n}] 查看来源：${context.citations.get(n).title}`,
          onclick: (event) => openSource(context, n, event.currentTarget),
        },
        `[${n}]`,
      ),
    );
}

/** Text followed by its marks; the last characters never part from the first marks. */
function cited(text, numbers, context) {
  const buttons = marks(numbers, context);
  if (!buttons.length) return [text];
  const characters = Array.from(text.trimEnd());
  const tail = characters.splice(-2).join("");
  return [
    characters.join(""),
    h("span", { class: "nobreak" }, tail, buttons.slice(0, 3)),
    ...buttons.slice(3),
  ];
}

const LABEL = /^([^：，。“”《》\d]{2,10}：)(?=\S)/;

/** Sentences, one paragraph each: an answer is a list of facts, and is read as one. */
function prose(sentences, context) {
  const block = h("div", { class: "prose" });
  for (const { text, citations = [] } of sentences) {
    const old = citations.some((n) => context.citations.get(n)?.field === "provenance");
    const lines = text.split(/\n+/).filter((line) => line.trim());
    lines.forEach((line, i) => {
      const [label = ""] = (citations.length && line.match(LABEL)) || [];
      block.append(h("p", { class: old && "caution" },
        label ? h("strong", {}, label) : null,
        cited(line.slice(label.length), i === lines.length - 1 ? citations : [], context)));
    });
  }
  return block.firstChild ? block : null;
}

/** Which fields of a record the cards of a kind show. */
const SHOWN = {
  materials: /^materials(\[|$)/,
  steps: /^steps(\[|$)/,
  window: /^windows\[\d+\](\.address)?$/,
  online: /^(online\.(mobile_)?url|handling\.appointment_url)$/,
  article: /^articles\[/,
  hotline: /^(number|hours|scope|english)$/,
  choices: /^(items(\[|$)|body\.department$)/,
  receipt: /./,
};

/** Where the words of a question stand in its record, and what helps to answer it. */
const HELP = /^questions\[\d+\]\.help$/;

/** Whether this is the question that the card asks, or its help: both stand on the card. */
function asks(card, sentence, reply) {
  if (card.kind !== "question") return false;
  return sentence.text.trim() === card.title || helps(card, sentence, reply);
}

function helps(card, sentence, reply) {
  return Boolean(sentence.citations?.length) && sentence.citations.every((n) =>
    reply.citations.some((one) => one.n === n && one.code === card.code && HELP.test(one.field)));
}

const bare = (text) => text.trim().replace(/。$/, "");

/** The card that says what this sentence says, if there is one: nothing is said twice. */
function cardFor(sentence, reply) {
  const question = reply.cards.find((card) => asks(card, sentence, reply));
  if (question) return question;
  const sources = reply.citations.filter(({ n }) => sentence.citations?.includes(n));
  if (!sources.length) return undefined;
  const words = (row) => [row.label, row.text, row.note, row.tel, row.url];
  const core = bare(sentence.text.replace(LABEL, ""));
  const holds = (word) => word && (sentence.text.includes(bare(word)) || word.includes(core));
  return reply.cards.find((card) =>
    sources.every(({ code, field }) => SHOWN[card.kind]?.test(field)
      && (card.code === code || card.rows.some((row) => row.code === code)))
    && card.rows.some((row) => words(row).some(holds)));
}

/** Sources by record: its name, date and address once, then each quote. */
function sources(reply, context) {
  if (!reply.citations?.length) return null;
  const records = new Map();
  for (const citation of reply.citations) {
    const key = `${citation.code} ${citation.url} ${citation.as_of}`;
    records.set(key, [...(records.get(key) || []), citation]);
  }
  return h(
    "details",
    { class: "sources" },
    h("summary", {}, h("span", {}, `出处（${reply.citations.length}）`),
      h("span", { class: "about" }, "点开看原文")),
    Array.from(records.values(), (citations) => record(citations, context)),
  );
}

function record(citations, context) {
  const [{ kind, title, url, as_of: asOf }] = citations;
  const about = [KIND[kind] || "记录", asOf && `资料日期：${day(asOf)}`].filter(Boolean).join(" · ");
  return h(
    "div",
    { class: "record" },
    h("p", { class: "title" }, title),
    h("p", { class: "about" }, about),
    webLink("查看来源网页", url),
    h("ol", {}, citations.map((citation) =>
      h("li", { id: `${context.id}-source-${citation.n}`, tabindex: "-1" },
        h("p", {}, h("span", { class: "n" }, `[${citation.n}]`), ` ${fieldName(citation.field)}`),
        h("blockquote", {}, citation.quote)))),
  );
}

// ---- Cards -------------------------------------------------------------------------------------

/** What any row may carry besides its label: text, note, number, address, a further question. */
function extras(row, context, { text = row.text } = {}) {
  return [
    text ? h("p", { class: "text" }, text) : null,
    row.note ? h("p", { class: "note" }, row.note) : null,
    row.tel ? h("p", { class: "telephone" }, phones(row.tel, bySms(row) ? "sms" : "tel")) : null,
    webLink("打开网页", row.url),
    row.ask ? askButton(row, context) : null,
  ];
}

function askButton(row, context) {
  return h(
    "button",
    {
      type: "button",
      class: "quiet-button",
      "aria-label": `接着问：${row.label}`,
      onclick: () => context.ask(row.ask, row.label),
    },
    "接着问",
  );
}

const LONG = 14; // characters of a label that no longer stands beside its value

/** A label/value list. */
function definitions(card, context) {
  const long = card.rows.some((row) => Array.from(row.label).length > LONG);
  return h(
    "dl",
    { class: long && "stacked" },
    card.rows.map((row) =>
      h("div", {},
        h("dt", {}, row.label),
        h("dd", {},
          row.text ? h("p", { class: "text" }, cited(row.text, row.citations, context)) : null,
          extras(row, context, { text: null }),
          row.text ? null : marks(row.citations, context))),
    ),
  );
}

const TAG = /^[^：]{1,8}$/;

/** 看情况；用于：… → a word or two as a tag, the rest as text. */
function needs(text) {
  const parts = (text || "").split("；").filter(Boolean);
  const tags = parts.filter((part) => TAG.test(part));
  const rest = parts.filter((part) => !TAG.test(part)).join("；");
  return [
    ...tags.map((tag) => h("p", { class: "need" }, tag)),
    rest ? h("p", { class: "text" }, rest) : null,
  ];
}

// ---- Questions -----------------------------------------------------------------------------------

const UNKNOWN = "不知道";
const NONE = "都没有";

/** 2026-11-03 → 2026年11月3日, as a person would say it. */
const saidDay = (value) => day(value);

/** A large button that answers; `settle` finds it again by what it sends. */
function answerButton(row, context) {
  const text = row.ask || row.label;
  return h("li", {}, h("button",
    { type: "button", "data-answer": text, onclick: () => context.ask(text, row.label) },
    h("span", { class: "label" }, row.label),
    row.note || row.text ? h("span", { class: "note" }, row.note || row.text) : null));
}

/** A field with its button; what is missing is said beside it and to a screen reader. */
function entryForm(context, { parts, read, missing, label = "确定" }) {
  const id = `${context.id}-missing-${context.serial()}`;
  const line = h("p", { class: "missing", id, hidden: true }, missing);
  const form = h(
    "form",
    {
      class: "entry",
      novalidate: true,
      autocomplete: "off",
      onsubmit: (event) => {
        event.preventDefault();
        const text = read(form);
        line.hidden = text !== null;
        const field = form.querySelector("input");
        if (text === null) {
          field.setAttribute("aria-describedby", id);
          field.setAttribute("aria-invalid", "true");
          field.focus();
          context.say(missing);
          return;
        }
        context.ask(text);
      },
    },
    parts,
    h("button", { type: "submit", class: "primary" }, label),
    line,
  );
  return form;
}

/** By kind of entry: what stands between the question and the button 不知道. */
const ENTRIES = {
  choices(card, context) {
    const boxes = card.rows.filter((row) => row.label !== UNKNOWN).map((row) =>
      h("li", {}, h("label", {},
        h("input", { type: "checkbox", autocomplete: "off", value: row.ask || row.label }),
        h("span", {},
          h("span", { class: "label" }, row.label),
          row.note || row.text ? h("span", { class: "note" }, row.note || row.text) : null))));
    const label = h("span", {}, NONE);
    const list = h("ul", { class: "options" }, boxes);
    const chosen = () => Array.from(list.querySelectorAll("input:checked"), (box) => box.value);
    list.addEventListener("change", () => {
      const count = chosen().length;
      label.textContent = count ? `选好了 ${count} 项` : NONE;
    });
    return entryForm(context, {
      parts: [h("p", { class: "note" }, "可以选几项，选好再点“确定”。"), list],
      read: () => chosen().join("、") || NONE,
      missing: "",
      label: h("span", {}, "确定：", label),
    });
  },

  date(card, context) {
    const input = h("input", { type: "date", "aria-label": card.title, min: "1900-01-01", max: "2199-12-31" });
    return [
      entryForm(context, {
        parts: input,
        read: () => (input.value && input.validity.valid ? saidDay(input.value) : null),
        missing: "请先填年、月、日，或者点下面的“不知道”。",
      }),
      h("ul", { class: "options quick" },
        ["今天", "昨天"].map((label) => answerButton({ label }, context))),
    ];
  },

  number(card, context) {
    const input = h("input", {
      type: "number", inputmode: "numeric", min: "0", step: "1",
      "aria-label": card.unit ? `${card.title}（${card.unit}）` : card.title,
    });
    return entryForm(context, {
      parts: [input, card.unit ? h("span", { class: "unit", "aria-hidden": "true" }, card.unit) : null]
        .filter(Boolean),
      read: () => (input.value && input.validity.valid ? `${Number(input.value)}${card.unit || ""}` : null),
      missing: "请先填一个整数，或者点下面的“不知道”。",
    });
  },
};

/**
 * A question that was asked earlier takes no answer any more: only the last one is open.
 * @param {Element} log the conversation @param {string} text what is said now
 */
export function settle(log, text) {
  for (const button of log.querySelectorAll(".card.draft button")) {
    button.disabled = true; // a draft that was answered, or that another one replaces
    if (button.dataset.answer === text) button.classList.add("chosen");
  }
  for (const card of log.querySelectorAll(".asking")) {
    const fields = card.querySelector("fieldset");
    if (fields.disabled) continue;
    fields.disabled = true;
    const chosen = Array.from(card.querySelectorAll("[data-answer]"))
      .find((button) => button.dataset.answer === text);
    if (chosen) {
      chosen.classList.add("chosen");
      chosen.append(h("span", { class: "taken" }, "已选"));
    }
    card.closest(".turn")?.querySelector(".followups")?.remove(); // ways on from here: past as well
  }
}

const MOST_PLACES = 3; // windows shown at once

const BODIES = {
  materials(card, context) {
    const count = h("output", { class: "count" });
    const list = h("ul", { class: "checklist" }, card.rows.map((row) =>
      h("li", {},
        h("label", {},
          h("input", { type: "checkbox", autocomplete: "off" }),
          h("span", {}, row.label)),
        marks(row.citations, context),
        h("div", { class: "details" },
          needs(row.text),
          extras({ ...row, url: null }, context, { text: null }),
          webLink("查看样本", row.url))),
    ));
    const boxes = Array.from(list.querySelectorAll("input"));
    const update = () => {
      count.textContent = `已备 ${boxes.filter((box) => box.checked).length}/${boxes.length} 样`;
    };
    list.addEventListener("change", update);
    update();
    return [count, list];
  },

  steps(card, context) {
    return [h("ol", { class: "process" }, card.rows.map((row) =>
      h("li", {},
        h("p", { class: "label" }, cited(row.label, row.citations, context)),
        extras(row, context)),
    ))];
  },

  window(card, context) {
    const copy = h("button", { type: "button", class: "quiet-button copy" }, "复制地址和电话");
    copy.addEventListener("click", () => copyText(cardText(card), copy, context.say));
    const places = card.rows.map((row) => h(
      "div",
      { class: "desk" },
      h("p", { class: "label" }, cited(row.label, row.citations, context)),
      h("dl", {}, [
        ["地址", row.text],
        ["时间", row.note],
        ["电话", row.tel && phones(row.tel)],
      ].filter(([, value]) => value).map(([name, value]) =>
        h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
      webLink("打开网页", row.url),
    ));
    const rest = places.splice(MOST_PLACES);
    return [
      places,
      rest.length ? h("details", { class: "rest" },
        h("summary", {}, `其余 ${rest.length} 个窗口`), rest) : null,
      copy,
    ].flat().filter(Boolean);
  },

  article(card, context) {
    return card.rows.map((row) => {
      const text = row.text || "";
      const quote = context.citations.get(row.citations?.[0])?.quote;
      const at = quote && quote.length < text.trim().length ? text.indexOf(quote) : -1;
      const passage = at < 0
        ? text
        : [text.slice(0, at), h("mark", {}, quote), text.slice(at + quote.length)];
      return h(
        "figure",
        { class: "passage" },
        h("figcaption", {}, cited(row.label, row.citations, context)),
        h("blockquote", {}, passage),
        extras(row, context, { text: null }),
      );
    });
  },

  choices(card, context) {
    return [h("ul", { class: "choices" }, card.rows.map((row) =>
      h("li", {},
        h("button",
          { type: "button", onclick: () => context.ask(row.ask || row.label, row.label) },
          h("span", { class: "label" }, row.label),
          row.note || row.text ? h("span", { class: "note" }, row.note || row.text) : null),
        row.citations?.length ? marks(row.citations, context) : null),
    ))];
  },

  hotline(card, context) {
    return [h("ul", { class: "hotlines" }, card.rows.map((row) => {
      const sms = bySms(row);
      const verb = sms ? "发短信" : "打电话";
      const digits = (row.tel || "").replace(/[^\d+]/g, "");
      return h(
        "li",
        {},
        row.label === row.tel ? null : h("p", { class: "label" }, row.label),
        digits
          ? h("p", { class: "call" },
              h("a", { class: "dial", href: `${sms ? "sms" : "tel"}:${digits}` },
                h("span", { class: "verb" }, verb), " ", h("span", { class: "bignumber" }, row.tel)),
              row.note ? null : marks(row.citations, context))
          : null,
        row.note ? h("p", { class: "note" }, cited(row.note, row.citations, context)) : null,
        extras({ ...row, tel: null, note: null }, context,
          { text: ["短信", "电话"].includes(row.text) ? null : row.text }),
      );
    }))];
  },

  online(card, context) {
    return [h("ul", { class: "entries" }, card.rows.map((row) => {
      const link = webLink(row.label, row.url, "button-link");
      return h(
        "li",
        {},
        link || h("p", { class: "label" }, row.label),
        marks(row.citations, context),
        extras({ ...row, url: null }, context),
      );
    }))];
  },

  overview(card, context) {
    return [definitions(card, context)];
  },

  plan(card, context) {
    return [
      card.note ? h("p", { class: "note" }, card.note) : null,
      h("ol", { class: "process" }, card.rows.map((row) => planStep(row, context))),
    ].filter(Boolean);
  },

  saved(card, context) {
    const code = card.code || "";
    const groups = code.match(/.{1,5}/g) || [];
    const picture = ownUrl(`/plan/${code}`) && h("img", {
      src: `/plan/${code}.svg`, alt: "二维码：用手机扫，就能打开这份清单", width: "160", height: "160",
      onerror: (event) => event.currentTarget.closest("figure").remove(),
    });
    return [
      h("p", { class: "bigcode", translate: "no" },
        h("span", { "aria-hidden": "true" }, groups.join("-")),
        h("span", { class: "vh" }, groups.map((group) => Array.from(group).join(" ")).join("，"))),
      h("ul", { class: "entries" }, card.rows.filter((row) => ownUrl(row.url)).map((row, i) => {
        const file = row.url.endsWith(".ics");
        return h("li", {}, h("a", {
          class: i ? "button-link plain" : "button-link",
          href: row.url,
          download: file,
          target: file ? null : "_blank",
          rel: file ? null : "noopener",
        }, h("span", { class: "linktext" }, row.label),
        file ? null : h("span", { class: "opens" }, "新窗口打开")));
      })),
      picture ? h("figure", { class: "qr" }, picture, h("figcaption", {}, "用手机扫，打开这份清单")) : null,
    ].filter(Boolean);
  },
};

const LIMIT = /^期限：/;

const UNTOLD = "没有说";

/** What was said, each line with its own way to change it; what can be done stands below. */
BODIES.draft = (card, context) => {
  const told = card.rows.filter((row) => row.text);
  const ways = card.rows.filter((row) => !row.text && row.ask);
  return [
    h("dl", {}, told.map((row) => h("div", {},
      h("dt", {}, row.label),
      h("dd", {},
        h("p", { class: row.text === UNTOLD ? "text untold" : "text" }, row.text),
        row.note ? h("p", { class: "note" }, row.note) : null,
        row.ask ? h("button", {
          type: "button",
          class: "quiet-button",
          "aria-label": row.ask,
          onclick: () => context.ask(row.ask),
        }, row.text === UNTOLD ? "补上" : "修改") : null)))),
    card.note ? h("p", { class: "note" }, card.note) : null,
    h("ul", { class: "consent" }, ways.map((row, i) => h("li", {}, h("button", {
      type: "button",
      class: i ? "quiet-button" : "primary",
      "data-answer": row.ask,
      onclick: () => context.ask(row.ask, row.label),
    }, row.label)))),
  ];
};

/** The number large and spelled out, for whoever writes it down; then the rest of the receipt. */
BODIES.receipt = (card, context) => {
  const [number, ...rest] = card.rows;
  const steps = rest.filter((row) => row.citations?.length);
  return [
    h("p", { class: "bigcode", translate: "no" },
      h("span", { "aria-hidden": "true" }, number.text),
      h("span", { class: "vh" }, `${number.label}：${Array.from(number.text).join(" ")}`)),
    h("dl", {}, rest.filter((row) => !steps.includes(row)).map((row) => h("div", {},
      h("dt", {}, row.label),
      h("dd", { class: row.note ? "code" : "" },
        h("p", { class: "text" }, row.text),
        row.note ? h("p", { class: "note" }, row.note) : null)))),
    steps.length ? h("p", { class: "next" }, steps[0].label) : null,
    steps.length ? h("ol", { class: "process" }, steps.map((row) =>
      h("li", {}, h("p", { class: "label" }, cited(row.text, row.citations, context))))) : null,
  ].filter(Boolean);
};

/** One step of a plan: its name, how and where, until when; the rest of the notes is folded. */
function planStep(row, context) {
  const parts = (row.text || "").split("；").filter(Boolean);
  const tag = parts.length > 1 ? parts.shift() : null;
  const lines = (row.note || "").split("\n").filter(Boolean);
  const limits = lines.filter((line) => LIMIT.test(line));
  const rest = lines.filter((line) => !LIMIT.test(line));
  const name = row.label.replace(/^\d+[.、]\s*/, ""); // the list counts
  const how = row.ask ? h("p", {}, h("button", {
    type: "button",
    class: "quiet-button",
    "aria-label": `怎么办：${name}`,
    onclick: () => context.ask(row.ask, `${name}怎么办`),
  }, "怎么办")) : null;
  return h(
    "li",
    {},
    h("p", { class: "label" }, cited(name, row.citations, context)),
    tag ? h("p", { class: "need" }, tag) : null,
    parts.length ? h("p", { class: "text" }, parts.join("；")) : null,
    limits.map((line) => h("p", { class: "until" }, line)),
    rest.length ? h("details", { class: "rest" },
      h("summary", {}, "详情", h("span", { class: "vh" }, `：${name}`)),
      rest.map((line) => h("p", { class: "note" }, line)),
      how) : how,
    webLink("网上办理入口", row.url),
  );
}

/** @param {Card} card @param {Context} context @param {number[]} numbers what the whole card cites */
export function renderCard(card, context, numbers = [], help = []) {
  if (card.kind === "question") return renderQuestion(card, context, numbers, help);
  const body = (BODIES[card.kind] || BODIES.overview)(card, context);
  const id = `${context.id}-card-${context.serial()}`;
  const kind = BODIES[card.kind] ? card.kind : "overview";
  const title = kind === "saved" ? "取回码" : kind === "receipt" ? "回执号" : card.title; // large below
  return h(
    "div",
    { class: `card ${kind}`, role: "group", "aria-labelledby": id },
    h("h3", { id }, cited(title, numbers, context)),
    body,
    card.note && kind !== "plan" && kind !== "draft" ? h("p", { class: "note cardnote" }, card.note) : null,
  );
}

/** Choices that stand beside a question must not look like its answers: they are folded. */
function foldedChoices(card, context, numbers) {
  const sources = marks([...new Set(numbers)], context);
  return h("details", { class: "card choices rest" },
    h("summary", {}, card.title),
    BODIES.choices(card, context),
    sources.length ? h("p", {}, "出处：", sources) : null);
}

/** A question as a group of controls, named by its own words; 不知道 is always a button. */
function renderQuestion(card, context, numbers, help) {
  const entry = ENTRIES[card.entry];
  const id = `${context.id}-card-${context.serial()}`;
  const rows = card.rows.filter((row) => card.entry !== "choices" || row.label === UNKNOWN);
  const list = h("ul", { class: card.entry === "yes_no" ? "options quick" : "options" },
    rows.map((row) => answerButton(row, context)));
  return h(
    "div",
    { class: "card asking" },
    h("fieldset", { "aria-labelledby": id },
      h("legend", {}, h("h3", {}, h("span", { id }, card.title), marks(numbers, context))),
      help.map(({ text, citations }) => h("p", { class: "note" }, cited(text, citations, context))),
      entry ? entry(card, context) : null,
      list),
  );
}

// ---- One answer --------------------------------------------------------------------------------

/** A context for one answer; ids inside it are unique on the page. */
export function contextFor(id, citations, { ask, say }) {
  let serial = 0;
  return {
    id,
    citations: new Map((citations || []).map((citation) => [citation.n, citation])),
    ask,
    say,
    serial: () => (serial += 1),
  };
}

export function statusLine(status, about = "", words = STATUS[status] || STATUS.answered) {
  return h("h3", { class: "status" }, about ? `${words}：${about}` : words);
}

/** The parts of a finished answer, in reading order. */
export function renderReply(reply, context, { onFeedback, onPrint }) {
  const urgent = reply.status === "crisis" || reply.quiet;
  const all = reply.sentences?.length ? reply.sentences : [{ text: reply.text || "" }];
  const shown = all.map((sentence) => cardFor(sentence, reply));
  const question = reply.cards.find((card) => card.kind === "question");
  const helpOf = (card) => (card === question ? all.filter((one) => helps(card, one, reply)) : []);
  const numbers = (card) => all
    .filter((one, i) => shown[i] === card && !helpOf(card).includes(one))
    .flatMap((sentence) => sentence.citations || [])
    .filter((n) => !card.rows.some((row) => row.citations?.includes(n)));
  const cards = reply.cards.map((card) => (question && card.kind === "choices"
    ? foldedChoices(card, context, numbers(card))
    : renderCard(card, context, [...new Set(numbers(card))], helpOf(card))));
  const text = prose(all.filter((_, i) => !shown[i]), context);
  const planned = reply.cards.some((card) => card.kind === "plan");
  const ways = suggestions(reply, context);
  // The asked thing comes first: a card, if the first sentence is one. In an emergency that is the
  // number to call, and what to do stands right below it.
  const first = shown[0] && !question
    ? reply.cards.indexOf(shown[0])
    : urgent && cards.length ? 0 : -1;
  const lead = first < 0 ? [] : cards.splice(first, 1);
  return [
    statusLine(reply.status, subject(reply), headline(reply)),
    ...lead,
    text,
    planned ? ways : null, // a plan is long: saving and changing it stand above it
    ...cards,
    sources(reply, context),
    planned ? null : ways,
    h("p", { class: "ai-label" }, reply.label),
    urgent || question || ["guiding", "handed_off"].includes(reply.status)
      ? null
      : actions(reply, context, onFeedback, onPrint),
  ].filter(Boolean);
}

/** What an answer is called whose card says more than its status. */
function headline(reply) {
  const kinds = new Set(reply.cards.map((card) => card.kind));
  return kinds.has("plan") ? "办事清单" : kinds.has("saved") ? "已经保存"
    : kinds.has("draft") ? "请您核对，还没有提交"
    : reply.status === "guiding" && ["form", "similar"].includes(reply.reason) ? "正在登记" : undefined;
}

/** The name of the one service that an answer is about. */
function subject(reply) {
  if (!["answered", "partial"].includes(reply.status)) return "";
  const titles = new Set(reply.citations.map((citation) => citation.title));
  const [{ kind, title } = {}] = reply.citations;
  return titles.size === 1 && ["item", "bundle"].includes(kind) ? title : "";
}

function suggestions(reply, context) {
  const offered = new Set(reply.cards.flatMap((card) => card.rows.map((row) => row.ask)));
  const texts = (reply.suggestions || []).filter((text) => !offered.has(text));
  if (!texts.length) return null;
  // Under one service its name need not be said in each chip; what is asked is the whole text.
  const name = subject(reply);
  const short = name && texts.every((text) => text.startsWith(name) && text !== name);
  const kinds = reply.cards.map((card) => card.kind);
  const guided = kinds.includes("question") || kinds.includes("draft") || reply.status === "guiding"
    ? "也可以"
    : ["plan", "saved", "receipt"].some((kind) => kinds.includes(kind)) ? "接下来可以" : "";
  return h(
    "div",
    { class: "followups" },
    h("p", { class: "caption", id: `${context.id}-followups` },
      guided || (short ? `关于“${name}”，您可能还想问` : "您可能还想问")),
    chips(texts, context.ask, { "aria-labelledby": `${context.id}-followups` }, short ? name : ""),
  );
}

/** Buttons that ask; `skip` is a beginning of each text that is left out of what is shown. */
export function chips(texts, ask, attributes = {}, skip = "") {
  return h("ul", { class: "chips", ...attributes }, texts.map((text) =>
    h("li", {}, h("button", {
      type: "button",
      class: "chip",
      "aria-label": skip && text,
      onclick: () => ask(text),
    }, text.slice(skip.length))),
  ));
}

const REASONS = {
  wrong: "内容有误",
  unclear: "看不明白",
  incomplete: "不够完整",
  outdated: "已经过时",
  other: "其他",
};

function actions(reply, context, onFeedback, onPrint) {
  const copy = h("button", { type: "button", class: "quiet-button" }, "复制答复");
  copy.addEventListener("click", () => copyText(replyText(reply), copy, context.say));
  const print = h("button", { type: "button", class: "quiet-button", onclick: onPrint }, "打印");

  const more = h("div", { class: "reasons", hidden: true });
  const verdict = (helpful, text) => h(
    "button",
    {
      type: "button",
      class: "quiet-button",
      "aria-pressed": "false",
      onclick: async (event) => {
        const button = event.currentTarget;
        for (const other of button.parentElement.querySelectorAll("button")) {
          other.setAttribute("aria-pressed", String(other === button));
        }
        const sent = await onFeedback({ helpful });
        more.hidden = false;
        more.replaceChildren(sent
          ? h("p", {}, helpful ? "谢谢，已经记下。" : "谢谢，已经记下。愿意的话，说说哪里不好：")
          : h("p", {}, "这次没能送出，请稍后再点一次。"));
        if (sent && !helpful) more.append(reasons());
        context.say(more.firstChild.textContent);
      },
    },
    text,
  );
  const reasons = () => h("ul", { class: "chips" }, Object.entries(REASONS).map(([reason, text]) =>
    h("li", {}, h("button", {
      type: "button",
      class: "chip",
      onclick: async () => {
        const sent = await onFeedback({ helpful: false, reason });
        const thanks = sent ? `谢谢，已经记下“${text}”。` : "这次没能送出，请稍后再试。";
        const line = h("p", { tabindex: "-1" }, thanks);
        more.replaceChildren(line);
        line.focus({ preventScroll: true }); // the pressed button is gone; this also reads it out
      },
    }, text)),
  ));

  return h(
    "div",
    { class: "actions" },
    h("div", { class: "row" },
      h("div", { class: "verdicts", role: "group", "aria-labelledby": `${context.id}-verdict` },
        h("p", { class: "caption", id: `${context.id}-verdict` }, "这条答复有用吗？"),
        verdict(true, "有用"), verdict(false, "没用")),
      reply.citations.length ? h("div", { class: "tools" }, copy, print) : null),
    more,
  );
}

// ---- A person ------------------------------------------------------------------------------------

/** @typedef {import("./live.js").Frame} Frame */

/** A message of staff: its own shape and the word 人工, so that nobody takes it for the AI's. */
export function renderStaff(frame, id) {
  const sources = frame.sources || [];
  return h("article", { class: "turn staff", "aria-labelledby": id },
    h("div", { class: "answer" },
      h("h2", { class: "by", id, tabindex: "-1" },
        h("span", { class: "badge" }, "人工"),
        `工作人员${frame.badge ? `（工号 ${frame.badge}）` : ""}`),
      h("p", { class: "words" }, frame.text ?? "（内容已清除）"),
      sources.length
        ? h("ul", { class: "from" }, sources.map((one) =>
          h("li", {}, "出处：", webLink(one.title, one.url) || one.title)))
        : null));
}

/**
 * What a frame means: `state` stays in sight while a person is waited for or there ("" when it is
 * over), `words` are said once.
 * @param {Frame} frame
 */
export function staffNotice(frame) {
  const who = frame.badge ? `（工号 ${frame.badge}）` : "";
  const talking = frame.badge ? `工号 ${frame.badge} 正在和您对话` : "工作人员正在和您对话";
  switch (frame.kind) {
    case "said":
      return { state: talking, words: `工作人员说：${frame.text ?? ""}` };
    case "taken":
      return { state: talking, words: `工作人员${who}已接入，请直接打字。` };
    case "waiting": {
      if (frame.staffed === false) {
        const words = "现在没有工作人员在线，有人上线就会接入。着急的话请拨打 12345。";
        return { state: words, words };
      }
      const ahead = frame.ahead ? `前面还有 ${frame.ahead} 位` : "您排在第一位";
      const minutes = frame.minutes ? `，大约等 ${frame.minutes} 分钟` : "";
      const words = `正在等工作人员：${ahead}${minutes}。`;
      return { state: words, words };
    }
    case "returned":
      return { state: "", words: "工作人员已把对话交回穗问，您可以接着问。" };
    case "call_back":
      return { state: "", words: "工作人员已经下班，这次没有接上。您可以留下要办的事，或者拨打 12345。" };
    default:
      return { state: "", words: "人工服务已结束，您可以接着问穗问。" };
  }
}

/** A message that went to a person: the answer comes from them. */
export function delivered(text) {
  return h("p", { class: "sent" }, text);
}

// ---- Waiting and failing -----------------------------------------------------------------------

export function waiting() {
  return h("p", { class: "waiting" }, "正在查找办事指南和政策原文",
    h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")));
}

/** @param {{title:string, detail:string}} problem */
export function renderProblem(problem, onRetry) {
  return [
    h("h3", { class: "status" }, problem.title),
    problem.detail ? h("p", {}, problem.detail) : null,
    h("div", { class: "row" },
      h("button", { type: "button", class: "primary", onclick: onRetry }, "再试一次"),
      h("a", { class: "button-link plain", href: "tel:12345" }, "拨打 12345")),
  ].filter(Boolean);
}

// ---- Plain text --------------------------------------------------------------------------------

function cardText(card) {
  const lines = card.rows.map((row) => {
    const rest = [row.text, row.tel, row.note, webUrl(row.url)?.href].filter(Boolean).join("；");
    return rest ? `${row.label}：${rest}` : row.label;
  });
  return [card.title, ...lines, card.note].filter(Boolean).join("\n");
}

/** A reply as text to paste elsewhere: with its cards, its sources and its label. */
export function replyText(reply) {
  const mark = (sentence) => (sentence.citations || []).map((n) => `[${n}]`).join("");
  const text = reply.sentences?.length
    ? reply.sentences.map((sentence) => sentence.text + mark(sentence)).join("")
    : reply.text;
  const cards = (reply.cards || []).filter((card) => card.kind !== "choices").map(cardText);
  const cites = (reply.citations || []).map((citation) =>
    [`[${citation.n}] ${citation.title}（${fieldName(citation.field)}）`, `“${citation.quote}”`,
      citation.as_of && `资料日期：${day(citation.as_of)}`, webUrl(citation.url)?.href]
      .filter(Boolean).join(" "));
  const list = cites.length ? [`出处：\n${cites.join("\n")}`] : [];
  return [text, ...cards, ...list, reply.label].join("\n\n");
}

async function copyText(text, button, say) {
  let copied = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copied = copyBySelection(text); // pages without TLS have no clipboard object
  }
  const before = button.dataset.label || (button.dataset.label = button.textContent);
  button.textContent = copied ? "已复制" : "没能复制";
  say(button.textContent);
  setTimeout(() => (button.textContent = before), 2000);
}

function copyBySelection(text) {
  const area = h("textarea", { class: "vh", "aria-hidden": "true", tabindex: "-1" });
  const focused = document.activeElement;
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  focused?.focus({ preventScroll: true });
  return copied;
}
