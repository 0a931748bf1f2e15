// Building the page from replies. Data only ever becomes text nodes and checked links:
// there is no innerHTML in this file, and there must never be.

/** @typedef {import("./api.js").Reply} Reply */
/** @typedef {import("./api.js").Card} Card */
/** @typedef {import("./api.js").CardRow} CardRow */

/**
 * Make an element. Properties that start with "on" are listeners, others are attributes
 * (`true` sets an empty one, `false`, `null` and `undefined` leave it out).
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
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

/** A number that takes short messages, not calls (e.g. the police's 12110). */
function bySms(row) {
  return /^sms:/i.test(row.url || "") || /短信/.test(row.label) || /^12110/.test(row.tel || "");
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

const KIND = { item: "办事指南", bundle: "一件事", policy: "政策原文", hotline: "热线" };

// Record fields (knowledge/types.py) in the words of the service guide.
const FIELD = {
  name: "名称", summary: "概述", conditions: "受理条件", process: "办理流程", limits: "办理时限",
  money: "收费", handling: "办理方式", online: "网上办理", contact: "咨询与投诉",
  remedies: "救济途径", materials: "申请材料", steps: "办理步骤", faqs: "常见问题",
  windows: "办理地点", results: "办理结果", legal_basis: "法律依据", body: "实施主体",
  region: "适用地区", effective: "生效日期", expires: "失效日期", quantity_limit: "数量限制",
  intermediary: "中介服务", identity: "事项信息", items: "包含事项", articles: "条文",
  number: "号码", hours: "服务时间", scope: "服务范围", issuer: "发布机关", issued: "发布日期",
  stage: "适用阶段", audience: "服务对象",
};

/** `materials[2].name` → 申请材料 3; a path that is not known (or is Chinese) stays as it is. */
function fieldName(path) {
  const [, first, index] = path.match(/^([A-Za-z_]+)(?:[[.](\d+))?/) || [];
  if (!first || !FIELD[first]) return path;
  return index === undefined ? FIELD[first] : `${FIELD[first]} ${Number(index) + 1}`;
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

function openSource(context, n, button) {
  const source = document.getElementById(`${context.id}-source-${n}`);
  if (!source) return;
  source.closest(".sources").classList.add("all");
  source.open = true;
  source.cameFrom = button;
  const summary = source.querySelector("summary");
  summary.focus({ preventScroll: true });
  source.scrollIntoView({ block: "nearest" });
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

function prose(reply, context) {
  const sentences = reply.sentences?.length ? reply.sentences : [{ text: reply.text || "" }];
  const block = h("div", { class: "prose" });
  let paragraph = null;
  for (const sentence of sentences) {
    const lines = sentence.text.split(/\n+/);
    lines.forEach((line, i) => {
      if (!paragraph || i > 0) block.append((paragraph = h("p")));
      const numbers = i === lines.length - 1 ? sentence.citations : [];
      if (line) paragraph.append(...cited(line, numbers, context));
    });
  }
  for (const empty of block.querySelectorAll("p:empty")) empty.remove();
  return block;
}

function source(citation, context) {
  const link = webLink(
    citation.kind === "policy" ? "查看原文" : "查看原文/办理入口", citation.url,
  );
  const back = h("button", { type: "button", class: "quiet-button" }, "回到正文");
  const details = h(
    "details",
    { id: `${context.id}-source-${citation.n}` },
    h(
      "summary",
      {},
      h("span", { class: "n" }, `[${citation.n}]`),
      h("span", { class: "what" },
        h("span", { class: "title" }, citation.title),
        h("span", { class: "path" }, `${KIND[citation.kind] || "记录"} · ${fieldName(citation.field)}`)),
    ),
    h(
      "div",
      { class: "body" },
      h("blockquote", {}, citation.quote),
      citation.as_of ? h("p", { class: "asof" }, `资料日期：${day(citation.as_of)}`) : null,
      h("div", { class: "row" }, link, back),
    ),
  );
  // "Back" returns to the mark that opened this source, if one did.
  back.addEventListener("click", () => {
    details.open = false;
    const origin = details.cameFrom?.isConnected ? details.cameFrom : details.querySelector("summary");
    origin.focus();
  });
  return h("li", {}, details);
}

const SHOWN_SOURCES = 4;

function sources(reply, context) {
  if (!reply.citations?.length) return null;
  const heading = `${context.id}-sources`;
  const more = reply.citations.length - SHOWN_SOURCES;
  const section = h(
    "div",
    { class: "sources", role: "group", "aria-labelledby": heading },
    h("h3", { id: heading }, `出处（${reply.citations.length} 条，点开看原文）`),
    h("ol", {}, reply.citations.map((citation) => source(citation, context))),
  );
  if (more > 0) {
    section.append(
      h("button", {
        type: "button",
        class: "quiet-button more",
        onclick: () => {
          section.classList.add("all");
          section.querySelectorAll("summary")[SHOWN_SOURCES].focus();
        },
      }, `展开其余 ${more} 条出处`),
    );
  } else {
    section.classList.add("all");
  }
  return section;
}

// ---- Cards -------------------------------------------------------------------------------------

/** What any row may carry besides its label: text, note, number, address, a further question. */
function extras(row, context, { text = row.text } = {}) {
  return [
    text ? h("p", { class: "text" }, text) : null,
    row.note ? h("p", { class: "note" }, row.note) : null,
    row.tel ? h("p", { class: "telephone" }, phones(row.tel, bySms(row) ? "sms" : "tel")) : null,
    webLink("查看原文/办理入口", row.url),
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

/** A label/value list; window and overview cards share it. */
function definitions(card, context) {
  return h(
    "dl",
    {},
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

const BODIES = {
  materials(card, context) {
    const count = h("output", { class: "count" });
    const list = h("ul", { class: "checklist" }, card.rows.map((row) =>
      h("li", {},
        h("label", {},
          h("input", { type: "checkbox", autocomplete: "off" }),
          h("span", {}, row.label)),
        marks(row.citations, context),
        h("div", { class: "details" }, extras(row, context))),
    ));
    const boxes = Array.from(list.querySelectorAll("input"));
    const update = () => {
      count.textContent = `已备 ${boxes.filter((box) => box.checked).length}/${boxes.length}`;
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
    return [definitions(card, context), copy];
  },

  article(card, context) {
    return card.rows.map((row) => {
      const text = row.text || "";
      const quote = context.citations.get(row.citations?.[0])?.quote;
      const at = quote ? text.indexOf(quote) : -1;
      const passage = at < 0
        ? [h("mark", {}, text)]
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
    return [h("ul", { class: "choices" }, card.rows.slice(0, 5).map((row) =>
      h("li", {},
        h("button",
          { type: "button", onclick: () => context.ask(row.ask || row.label, row.label) },
          h("span", { class: "label" }, row.label),
          row.note || row.text ? h("span", { class: "note" }, row.note || row.text) : null)),
    ))];
  },

  hotline(card, context) {
    return [h("ul", { class: "hotlines" }, card.rows.map((row) => {
      const sms = bySms(row);
      return h(
        "li",
        {},
        h("p", { class: "label" }, row.label),
        row.tel
          ? h("p", { class: "call" },
              h("span", { class: "verb" }, sms ? "发短信" : "打电话"),
              phones(row.tel, sms ? "sms" : "tel", "bignumber"),
              marks(row.citations, context))
          : null,
        extras({ ...row, tel: null }, context),
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
};

/** @param {Card} card @param {Context} context */
export function renderCard(card, context) {
  const body = (BODIES[card.kind] || BODIES.overview)(card, context);
  const id = `${context.id}-card-${context.serial()}`;
  const kind = BODIES[card.kind] ? card.kind : "overview";
  return h(
    "div",
    { class: `card ${kind}`, role: "group", "aria-labelledby": id },
    h("h3", { id }, card.title),
    body,
    card.note ? h("p", { class: "note cardnote" }, card.note) : null,
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

export function statusLine(status) {
  return h("h3", { class: "status" }, STATUS[status] || STATUS.answered);
}

/** The parts of a finished answer, in reading order. */
export function renderReply(reply, context, { onFeedback, onPrint }) {
  const urgent = reply.status === "crisis" || reply.quiet;
  const text = prose(reply, context);
  const cards = (reply.cards || []).map((card) => renderCard(card, context));
  return [
    statusLine(reply.status),
    ...(urgent ? [...cards, text] : [text, ...cards]), // in an emergency the number comes first
    sources(reply, context),
    suggestions(reply, context),
    h("p", { class: "ai-label" }, reply.label),
    urgent ? null : actions(reply, context, onFeedback, onPrint),
  ].filter(Boolean);
}

function suggestions(reply, context) {
  if (!reply.suggestions?.length) return null;
  return h(
    "div",
    { class: "followups" },
    h("p", { class: "caption", id: `${context.id}-followups` }, "您可能还想问"),
    chips(reply.suggestions, context.ask, { "aria-labelledby": `${context.id}-followups` }),
  );
}

export function chips(texts, ask, attributes = {}) {
  return h("ul", { class: "chips", ...attributes }, texts.map((text) =>
    h("li", {}, h("button", { type: "button", class: "chip", onclick: () => ask(text) }, text)),
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
        for (const other of button.parentElement.children) {
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
      h("div", { class: "verdicts", role: "group", "aria-label": "这条答复对您有用吗" },
        verdict(true, "有用"), verdict(false, "没用")),
      h("div", { class: "tools" }, copy, print)),
    more,
  );
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
