// The staff page: the queue, one conversation with its package, answers. What happens is pushed over
// a WebSocket; while that is down the page asks every few seconds. Data only ever becomes text.

import { h, webUrl } from "./render.js";

const API = "/staff/api";
const ASK_MS = 5_000; // how often to ask while the socket is down
const ACTIVE_MS = 60_000; // how often "someone is here" is said
const MOST_WAIT = 30_000;

const $ = (id) => document.getElementById(id);
const csrf = document.querySelector("meta[name=csrf]").content;
const desk = $("main");
const box = $("text");

const DESK = { hotline: "12345 坐席", window: "云窗口" };
const STATE = {
  waiting: "在排队", taken: "您在接待", returned: "已交回穗问", closed: "已结束", call_back: "已下班，未接",
};
const EVENT = {
  waiting: "市民要求转人工，开始排队", taken: "工作人员接入", returned: "交回穗问", closed: "结束",
  call_back: "下班时还没有接",
};
const WHO = { citizen: "市民", assistant: "穗问", staff: "工作人员" };

let queue = null; // what the lists show
let open = null; // the conversation on the screen
let after = 0; // the last of its lines that is shown
let codes = []; // sources of the suggestion that was put into the box
let socket = null;
let ready = false; // the socket takes frames
let tries = 0;
let number = 0; // of answers sent over the socket
const sending = new Map();

function say(text) {
  const live = $("live");
  live.textContent = "";
  setTimeout(() => (live.textContent = text), 60);
}

/** The time, with the day if it was another one. */
function clock(text) {
  const at = new Date(text);
  const today = at.toDateString() === new Date().toDateString();
  const time = at.toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });
  return today ? time : `${at.toLocaleDateString("zh-CN")} ${time}`;
}

function waited(text) {
  const minutes = Math.max(0, Math.floor((Date.now() - new Date(text)) / 60_000));
  return minutes < 1 ? "刚来" : `等了 ${minutes} 分钟`;
}

// ---- Asking the server ---------------------------------------------------------------------------

async function ask(path, options = {}) {
  const response = await fetch(`${API}/${path}`, { cache: "no-store", ...options });
  if (response.status === 401) location.assign("/staff/sign-in");
  if (response.ok) return response.status === 204 ? null : response.json();
  let words = "没有成功，请再试一次。";
  try {
    words = (await response.json()).detail || words;
  } catch {
    // a proxy's page
  }
  throw new Error(words);
}

const post = (path, body = {}) => ask(path, {
  method: "POST",
  headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
  body: JSON.stringify(body),
});

function trouble(error) {
  const line = $("problem");
  line.textContent = error instanceof TypeError ? "网络好像断开了，请稍后再试。" : error.message;
  line.hidden = false;
}

// ---- The lists -----------------------------------------------------------------------------------

function showQueue(found) {
  const before = new Set((queue || []).map((one) => one.id));
  const fresh = found.filter((one) => one.status === "waiting" && !before.has(one.id));
  if (queue && fresh.length) {
    const urgent = fresh.filter((one) => one.urgent).length;
    say(`新来 ${fresh.length} 位在排队${urgent ? `，其中 ${urgent} 位说过有危险` : ""}`);
  }
  queue = found;
  const mine = found.filter((one) => one.status === "taken");
  const waiting = found.filter((one) => one.status === "waiting");
  list("mine", mine);
  list("waiting", waiting);
  document.title = `${waiting.length ? `(${waiting.length}) ` : ""}接待 · 穗问工作台`;
  const now = open && found.find((one) => one.id === open.id);
  if (now) showPresence(now);
  if (open && !now && STATE_OPEN.has(open.status)) again(open.id); // it ended, or another took it
}

const STATE_OPEN = new Set(["waiting", "taken"]);

function list(id, found) {
  const focused = document.activeElement?.closest(`#${id} button`)?.dataset.id;
  $(`${id}-count`).textContent = found.length;
  $(`${id}-none`).hidden = found.length > 0;
  $(id).replaceChildren(...found.map((one) => h("li", {}, h("button", {
    type: "button",
    "data-id": one.id,
    "aria-current": open?.id === one.id ? "true" : null,
    onclick: () => show(one.id),
  },
  h("span", { class: "want" },
    one.urgent ? h("strong", { class: "urgent" }, "紧急") : null,
    one.urgent ? " " : null,
    one.want || "（已清除）"),
  h("span", { class: "about" },
    h("span", {}, DESK[one.desk]),
    h("span", { class: "since", "data-since": one.since }, waited(one.since)),
    one.gone ? h("span", { class: "left" }, "对方已离开") : null,
    one.unread && open?.id !== one.id ? h("span", { class: "new" }, "有新消息") : null)))));
  if (focused) $(id).querySelector(`[data-id="${focused}"]`)?.focus();
}

setInterval(() => {
  for (const one of document.querySelectorAll("[data-since]")) {
    one.textContent = waited(one.dataset.since);
  }
}, 30_000);

// ---- One conversation ----------------------------------------------------------------------------

async function show(id) {
  try {
    await again(id, true);
    $("talk-title").focus({ preventScroll: true });
    scrollTo(0, 0);
  } catch (error) {
    say(error.message);
    queue = null;
    refresh();
  }
}

/** Read a conversation anew. What is being written stays if it is the one that was open. */
async function again(id, chosen = false) {
  let found;
  try {
    found = await ask(`handoffs/${id}`);
  } catch (error) {
    if (chosen) throw error;
    found = { ...open, status: "closed", mine: false };
  }
  if (!chosen && open?.id !== id) return; // another one was opened meanwhile
  if (open?.id !== id) {
    box.value = "";
    grow();
    atEnd = true;
    rest([]);
    $("suggestions").replaceChildren();
    hidePhone();
  }
  open = found;
  desk.dataset.view = "talk";
  for (const one of ["talk", "brief"]) $(one).hidden = false;
  $("empty").hidden = true;
  $("problem").hidden = true;
  $("talk-title").textContent = found.lines[0]?.[1] || "对话";
  showState();
  $("package").replaceChildren(...found.lines.map(([label, text]) =>
    h("div", {}, h("dt", {}, label), h("dd", {}, text))));
  $("invites").replaceChildren(...found.invites.map(([name, label]) => h("button",
    { type: "button", class: "quiet-button", onclick: () => invite(name) }, label)));
  $("package-none").hidden = found.lines.length > 0;
  $("sources-box").hidden = !found.sources.length;
  $("sources").replaceChildren(...found.sources.map((one) => h("li", {}, sourceLink(one))));
  $("said").replaceChildren();
  after = 0;
  add(found.spoken);
  tell();
  if (queue) showQueue(queue);
}

/** Whether the citizen is in danger, and whether their page is connected: in words. */
function showPresence(one) {
  if (one.urgent && !open.urgent) say("市民说有危险，穗问给了求助电话");
  if (one.gone && !open.gone) say("对方已离开");
  open.urgent = one.urgent;
  open.gone = one.gone;
  $("urgent").hidden = !open.urgent || !STATE_OPEN.has(open.status);
  $("gone").hidden = !open.gone || !STATE_OPEN.has(open.status);
  $("gone").textContent = open.gone
    ? `对方已离开：${clock(open.gone)} 以后页面没有连着，写的话要等他回来才看得到。` : "";
}

function showState() {
  const mine = open.mine && open.status === "taken";
  showPresence(open);
  $("phone-box").hidden = !mine;
  $("invite-box").hidden = !mine;
  if (!mine) hidePhone();
  $("state").textContent = `${DESK[open.desk]} · ${STATE[open.status]} · ${clock(open.since)} 来`;
  $("take").hidden = open.status !== "waiting";
  for (const one of ["return", "close"]) $(one).hidden = !mine;
  $("reply").hidden = !mine;
  document.querySelector(".suggest").hidden = !STATE_OPEN.has(open.status);
}

function add(lines) {
  const log = $("said");
  for (const line of lines) {
    if (line.id && line.id <= after) continue;
    after = Math.max(after, line.id);
    log.append(spoken(line));
  }
  if (lines.length) toEnd();
}

// The end of the conversation stays in view until the person scrolls away from it.
const stacked = matchMedia("(max-width: 899px)");
let atEnd = true;

function toEnd() {
  const log = $("said");
  if (!atEnd) return;
  if (!stacked.matches) log.scrollTop = log.scrollHeight;
  else if (!$("reply").hidden) log.lastElementChild?.scrollIntoView({ block: "end" });
}

$("said").addEventListener("scroll", ({ target }) => {
  atEnd = target.scrollHeight - target.scrollTop - target.clientHeight < 80;
}, { passive: true });
new ResizeObserver(toEnd).observe($("said"));

/** The box grows with the text; the style sheet sets the limit. */
function grow() {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + box.offsetHeight - box.clientHeight}px`;
}
box.addEventListener("input", grow);

function spoken(line) {
  const who = `${WHO[line.who]}${line.badge ? ` ${line.badge}` : ""}`;
  if (line.kind !== "said") {
    const left = line.kind === "closed" && line.who === "citizen";
    const text = left ? "市民离开了" : EVENT[line.kind] + (line.badge ? `（${line.badge}）` : "");
    return h("p", { class: "event" }, `${clock(line.at)} ${text}`);
  }
  return h("article", { class: line.who },
    h("p", { class: "by" }, `${who} · ${clock(line.at)}`),
    h("p", { class: "words" }, line.text ?? "（已按市民的要求清除）"),
    line.sources.length ? h("p", { class: "from" }, "出处：", titles(line.sources)) : null);
}

const titles = (sources) => sources.map((one) => one.title).join("、");

function sourceLink(source) {
  const url = webUrl(source.url);
  if (!url) return source.title;
  return h("a", { class: "link", href: url.href, target: "_blank", rel: "noopener noreferrer" },
    h("span", { class: "linktext" }, source.title), h("span", { class: "opens" }, "新窗口打开"));
}

$("back").addEventListener("click", () => {
  desk.dataset.view = "queue";
  const id = open?.id;
  open = null;
  for (const one of ["talk", "brief"]) $(one).hidden = true;
  $("empty").hidden = false;
  tell();
  if (queue) showQueue(queue);
  (document.querySelector(`.queue [data-id="${id}"]`) || $("queue-title")).focus();
});

// ---- Acts ----------------------------------------------------------------------------------------

const DONE = { take: "已接入", return: "已交回穗问", close: "已办结" };

for (const kind of Object.keys(DONE)) {
  $(kind).addEventListener("click", async () => {
    $("problem").hidden = true;
    const id = open.id;
    try {
      await post(`handoffs/${id}/${kind}`);
      say(DONE[kind]);
    } catch (error) {
      say(error.message);
      trouble(error);
    }
    await again(id).catch(trouble);
    await refresh();
    if (kind === "take" && !$("reply").hidden) box.focus();
    else $("talk-title").focus({ preventScroll: true });
  });
}

/** Ask the citizen to go on with the assistant: to file something, to see how far it is. */
async function invite(name) {
  const id = open.id;
  $("problem").hidden = true;
  try {
    await post(`handoffs/${id}/invite`, { text: name });
    say("已请市民自己办，对话交回穗问");
  } catch (error) {
    trouble(error);
  }
  await again(id).catch(trouble);
  await refresh();
  $("talk-title").focus({ preventScroll: true });
}

$("reply").addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});

box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  send();
});

let last = Promise.resolve(); // answers arrive in the order in which they were written

function send() {
  const text = box.value.trim();
  if (!text) return;
  const said = { id: open.id, text, codes };
  box.value = "";
  grow();
  rest([]);
  $("problem").hidden = true;
  box.focus();
  last = last.then(() => deliver(said));
}

/** Bring one answer to the server; what could not be sent comes back into the box. */
async function deliver({ id, text, codes: from }) {
  try {
    if (ready) await sendLive(id, text, from);
    else {
      await post(`handoffs/${id}/say`, { text, codes: from });
      if (open?.id === id) add(await ask(`handoffs/${id}/news?after=${after}`));
    }
  } catch (error) {
    trouble(error);
    if (open?.id !== id) return;
    box.value = [text, box.value].filter(Boolean).join("\n");
    grow();
    rest([...from, ...codes].map((code) => ({ code })));
  }
}

/** Send over the socket; the server says whether it was kept. */
function sendLive(id, text, from) {
  const n = (number += 1);
  return new Promise((resolve, reject) => {
    sending.set(n, { resolve, reject });
    socket.send(JSON.stringify({ open: id, n, say: { text, codes: from } }));
  });
}

// ---- The number to call back ---------------------------------------------------------------------

function hidePhone() {
  $("phone-number").replaceChildren();
  $("phone-number").hidden = true;
  $("phone").hidden = false;
}

$("phone").addEventListener("click", async () => {
  const id = open.id;
  try {
    const { phone } = await post(`handoffs/${id}/phone`);
    if (open?.id !== id) return;
    $("phone-number").replaceChildren(phone
      ? h("a", { class: "link", href: `tel:${phone}` }, phone)
      : "市民没有留过电话，请在对话里问。");
    $("phone-number").hidden = false;
    $("phone").hidden = Boolean(phone);
    $("phone-number").focus();
  } catch (error) {
    trouble(error);
  }
});

// ---- Suggested answers ---------------------------------------------------------------------------

$("suggest").addEventListener("click", async () => {
  const id = open.id;
  $("suggest").disabled = true;
  try {
    const found = await ask(`handoffs/${id}/suggestions`);
    if (open?.id !== id) return;
    $("suggestions").replaceChildren(...found.map(suggestion));
    say(found.length ? `有 ${found.length} 条建议` : "没有建议");
    if (!found.length) $("suggestions").append(h("li", {}, "没有建议：市民的话里没有能查的问题。"));
  } catch (error) {
    say(error.message);
  } finally {
    $("suggest").disabled = false;
  }
});

function suggestion(one) {
  return h("li", {},
    h("p", { class: "words" }, one.text),
    one.sources.length
      ? h("ul", { class: "from" }, one.sources.map((source) => h("li", {}, "出处：", sourceLink(source))))
      : h("p", { class: "from" }, "没有出处"),
    h("button", { type: "button", class: "quiet-button", onclick: () => insert(one) }, "填入答复框"));
}

function insert(one) {
  if ($("reply").hidden) {
    say("接入以后才能答复");
    return;
  }
  const text = box.value.trim();
  box.value = text ? `${text}\n${one.text}` : one.text;
  grow();
  rest([...codes.map((code) => ({ code })), ...one.sources]);
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
  say("已填入，可以改了再发");
}

const known = new Map(); // titles of sources by code

function rest(sources) {
  for (const one of sources) if (one.title) known.set(one.code, one.title);
  codes = [...new Set(sources.map((one) => one.code))];
  $("resting").hidden = !codes.length;
  $("resting-on").textContent = codes.map((code) => known.get(code)).join("、");
}

$("resting-off").addEventListener("click", () => {
  rest([]);
  box.focus();
});

// ---- What is pushed ------------------------------------------------------------------------------

/** Say which conversation is shown, so that its new lines are sent. */
function tell() {
  if (ready) socket.send(JSON.stringify({ open: open?.id ?? null, after }));
}

function connect() {
  socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/staff/ws`);
  socket.addEventListener("open", () => {
    socket.send(JSON.stringify({ csrf }));
    ready = true;
    tries = 0;
    $("offline").hidden = true;
    tell();
  });
  socket.addEventListener("message", (event) => take(JSON.parse(event.data)));
  socket.addEventListener("close", (event) => {
    ready = false;
    for (const { reject } of sending.values()) reject(new Error("没有发出去，请再试一次。"));
    sending.clear();
    if (event.code === 4401) location.assign("/staff/sign-in");
    tries += 1;
    if (tries > 1) $("offline").hidden = false;
    setTimeout(connect, Math.min(MOST_WAIT, 500 * 2 ** Math.min(tries, 6)));
  });
}

function take(frame) {
  if (frame.type === "queue") showQueue(frame.queue);
  else if (frame.type === "lines" && frame.id === open?.id) {
    const heard = frame.lines.filter((one) => one.id > after && one.who === "citizen" && one.text);
    add(frame.lines);
    if (heard.length) say(`市民说：${heard.map((one) => one.text).join("。")}`);
    if (frame.lines.some((one) => one.kind !== "said" && one.kind !== "taken")) again(open.id);
  } else if (frame.type === "done") {
    const { resolve, reject } = sending.get(frame.n) || {};
    sending.delete(frame.n);
    if (frame.refused) reject?.(new Error(frame.refused));
    else resolve?.();
  }
}

/** Ask for what would have been pushed. */
async function refresh() {
  showQueue(await ask("queue"));
  if (open && STATE_OPEN.has(open.status)) add(await ask(`handoffs/${open.id}/news?after=${after}`));
}

setInterval(() => {
  if (!ready) refresh().catch(() => {});
}, ASK_MS);

// Writing an answer is being here, though nothing is sent yet.
let active = Date.now();
for (const name of ["keydown", "pointerdown"]) {
  addEventListener(name, () => {
    if (!ready || Date.now() - active < ACTIVE_MS) return;
    active = Date.now();
    socket.send(JSON.stringify({ active: true }));
  }, { passive: true });
}

refresh().catch(() => {});
connect();
