// Wiring of the page: the question box, one turn after another, clearing and leaving.
// The conversation lives in the page only; nothing of it is stored. While a person is asked for, the
// tab remembers whose conversation it is (live.js).

import * as api from "./api.js";
import { kept, Live } from "./live.js";
import {
  chips, contextFor, delivered, h, renderCard, renderProblem, renderReply, renderStaff, settle,
  staffNotice, statusLine, waiting,
} from "./render.js";

const MAX = 500; // characters in a question
const NEAR = 400; // from here on the counter shows

const $ = (id) => document.getElementById(id);
const form = $("composer");
const box = $("question");
const log = $("log");
const send = $("send");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const touch = matchMedia("(hover: none) and (pointer: coarse)");

let session = null; // id given by the server; erased, here and on the server, by "清除对话"
let pending = null; // AbortController of the running question
let turns = 0;

/** Tell a screen reader, politely. The text is set anew so that a repetition is read as well. */
function say(text) {
  const live = $("live");
  live.textContent = "";
  setTimeout(() => (live.textContent = text), 60);
}

// ---- One turn ----------------------------------------------------------------------------------

/** Ask `text`; `shown` is what the page shows for it (the label of a tapped choice). */
function ask(text, shown = text) {
  if (pending) {
    say("请等这条答复完成");
    return;
  }
  const id = `turn-${(turns += 1)}`;
  const question = h("h2", { class: "question", tabindex: "-1", id },
    h("span", { class: "vh" }, "您问："), shown);
  const answer = h("div", { class: "answer" });
  const turn = h("article", { class: "turn", "aria-labelledby": id }, question, answer);
  if (touch.matches) box.blur(); // else the keyboard of the phone covers the answer

  settle(log, text);
  document.body.dataset.state = "chat";
  $("welcome").hidden = true;
  $("examples").hidden = true;
  $("clear").hidden = false;
  const lostFocus = document.activeElement !== box;
  log.append(turn);
  // A tapped button may be gone or far away: reading goes on at the question just asked.
  if (lostFocus) question.focus({ preventScroll: true });
  run({ id, text, turn, answer });
}

async function run(asked) {
  const { id, text, turn, answer } = asked;
  const controller = new AbortController();
  pending = controller;
  setBusy(true);
  turn.dataset.status = "waiting";
  delete turn.dataset.quiet;
  answer.setAttribute("aria-busy", "true");
  answer.replaceChildren(waiting());
  const follow = follower(turn);
  follow("smooth");
  say(live.active ? "正在发送" : "正在查找");

  try {
    await live.ask(); // what staff said meanwhile, if nothing is pushed
    const reply = await api.chat(
      { ...(session && { session_id: session }), text,
        ...($("district").value && { district: $("district").value }) },
      { controller, onEvent: streamInto(asked, follow) },
    );
    if (pending !== controller) return; // cleared meanwhile
    session = reply.session_id || session;
    show(reply, asked);
    if (reply.status === "handed_off") live.follow(session);
  } catch (error) {
    if (pending !== controller) return;
    const stopped = error.name === "AbortError";
    const problem = error instanceof api.Problem
      ? error
      : new api.Problem(stopped ? "已停止" : "这条答复没能显示", stopped ? "" : "请再试一次，或者拨打 12345。");
    turn.dataset.status = "problem";
    answer.replaceChildren(...renderProblem(problem, () => {
      $(id).focus({ preventScroll: true });
      if (!pending) run(asked);
    }));
    say(`${problem.title}。${problem.detail}`);
    if (!stopped && !(error instanceof api.Problem)) console.error(error);
  } finally {
    if (pending === controller) {
      pending = null;
      setBusy(false);
    }
    answer.removeAttribute("aria-busy");
    follow();
  }
}

/** Show each part as it arrives; the finished reply replaces all of it. */
function streamInto({ id, turn, answer }, follow) {
  const context = contextFor(`${id}-live`, [], { ask, say });
  const prose = h("div", { class: "prose" });
  const wait = answer.firstChild;
  return (name, data) => {
    if (name === "status") {
      turn.dataset.status = data.status;
      if (data.status === "crisis") turn.dataset.quiet = "";
      const line = answer.querySelector(".status");
      if (line) line.replaceWith(statusLine(data.status));
      else answer.prepend(statusLine(data.status));
    } else if (name === "sentence") {
      prose.append(h("p", {}, data.text));
      if (!prose.isConnected) answer.insertBefore(prose, answer.querySelector(".card") || wait);
    } else if (name === "card") {
      answer.insertBefore(renderCard(data, context), wait);
    }
    follow();
  };
}

function show(reply, { id, turn, answer }) {
  turn.dataset.status = reply.status;
  if (reply.status === "handed_off" && reply.reason === "delivered") {
    answer.replaceChildren(delivered(reply.text)); // a person answers this one
    say(reply.text);
    return;
  }
  const context = contextFor(id, reply.citations, { ask, say });
  answer.replaceChildren(...renderReply(reply, context, {
    onPrint: () => printTurn(turn),
    onFeedback: async (verdict) => {
      try {
        await api.feedback({ session_id: reply.session_id, turn_id: reply.turn_id, ...verdict });
        return true;
      } catch {
        return false;
      }
    },
  }));
  if (reply.quiet) {
    turn.dataset.quiet = "";
    $("leave-bar").hidden = false;
    say("已有答复"); // a quiet reply is not read aloud unasked
  } else {
    delete turn.dataset.quiet;
    say(spoken(reply));
  }
}

/** What a screen reader hears: the words, then what else can be found below them. */
function spoken(reply) {
  const questions = (reply.cards || []).filter((card) => card.kind === "question");
  const cards = (reply.cards || []).filter((card) => card.kind !== "question")
    .map((card) => card.title);
  return [
    reply.text,
    ...questions.map((card) => `可以回答：${card.rows.map((row) => row.label).join("、")}。`),
    cards.length ? `另有：${cards.join("、")}。` : "",
    reply.citations?.length ? `附 ${reply.citations.length} 条出处。` : "",
  ].join("");
}

// ---- A person ----------------------------------------------------------------------------------

/** Show what staff say, or where the handoff stands. */
const live = new Live((frame) => {
  const { state, words } = staffNotice(frame);
  $("handoff").hidden = !state;
  $("handoff-state").textContent = state;
  if (frame.kind === "said") {
    const near = innerHeight + scrollY > document.body.scrollHeight - innerHeight / 2;
    const message = renderStaff(frame, `staff-${frame.id}`);
    if (frame.ask) message.append(chips([frame.ask], ask));
    log.append(message);
    if (near) message.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "nearest" });
  } else if (frame.kind !== "waiting") {
    log.append(h("p", { class: "staff-event" }, words));
  }
  if (words) say(words);
});

$("person").addEventListener("click", () => ask("转人工"));

// Keep the question in view while its answer grows, until the person scrolls for themselves.
let scrolled = false;
for (const name of ["wheel", "touchmove"]) {
  addEventListener(name, () => (scrolled = true), { passive: true });
}
addEventListener("keydown", (event) => {
  if (/^(Arrow|Page|Home|End|Tab)/.test(event.key)) scrolled = true;
});

function follower(turn) {
  scrolled = false;
  return (behavior = "auto") => {
    if (scrolled) return;
    turn.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : behavior });
  };
}

function setBusy(busy) {
  send.textContent = busy ? "停止" : "发送";
  send.classList.toggle("stop", busy);
}

// ---- The question box --------------------------------------------------------------------------

const length = () => Array.from(box.value.trim()).length;

function measure() {
  const count = length();
  const counter = $("counter");
  const over = count > MAX;
  counter.hidden = count < NEAR;
  counter.textContent = over ? `已超出 ${count - MAX} 字，最多 ${MAX} 字` : `${count}/${MAX} 字`;
  counter.classList.toggle("over", over);
  if (over) box.setAttribute("aria-invalid", "true");
  else box.removeAttribute("aria-invalid");
  // Grow with the text; the style sheet sets the limit.
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + box.offsetHeight - box.clientHeight}px`;
}

function submit() {
  const text = box.value.trim();
  if (!text || length() > MAX) {
    box.focus();
    say(text ? $("counter").textContent : "请先输入问题");
    return;
  }
  box.value = "";
  measure();
  ask(text);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (pending) pending.abort();
  else submit();
});

box.addEventListener("input", measure);

box.addEventListener("keydown", (event) => {
  // While an input method composes, Enter picks a word (keyCode 229: Safari's late Enter).
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  if (pending) say("请等这条答复完成");
  else submit();
});

// ---- Clearing, leaving, printing -----------------------------------------------------------------

function wipe() {
  const running = pending;
  pending = null;
  running?.abort();
  setBusy(false);
  if (session) api.forget(session);
  session = null;
  live.clear();
  $("handoff").hidden = true;
  log.replaceChildren();
  box.value = "";
  $("district").value = "";
  $("live").textContent = "";
  $("leave-bar").hidden = true;
  $("clear").hidden = true;
  $("welcome").hidden = false;
  $("examples").hidden = !$("example-list").children.length;
  document.body.dataset.state = "welcome";
  measure();
}

$("clear").addEventListener("click", () => {
  wipe();
  scrollTo(0, 0);
  box.focus({ preventScroll: true });
  say("对话已清除");
});

/** Empty the page, then replace it: "back" does not return here. */
function leave() {
  wipe();
  document.title = "";
  document.body.replaceChildren();
  location.replace("about:blank");
}

$("leave").addEventListener("click", leave);

let lastEscape = 0;
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || event.repeat || $("leave-bar").hidden) return;
  if (event.timeStamp - lastEscape < 1000) leave();
  lastEscape = event.timeStamp;
});

// A page kept by the browser for "back" would show the conversation to the next person.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  live.clear();
  location.reload();
});

function printTurn(turn) {
  document.body.classList.add("print-one");
  turn.classList.add("print-this");
  print();
}

let opened = [];
addEventListener("beforeprint", () => {
  opened = Array.from(log.querySelectorAll("details:not([open])"));
  for (const details of opened) details.open = true;
  $("printed").textContent = `打印时间：${new Date().toLocaleString("zh-CN")}`;
});
addEventListener("afterprint", () => {
  for (const details of opened) details.open = false;
  document.body.classList.remove("print-one");
  for (const turn of log.querySelectorAll(".print-this")) turn.classList.remove("print-this");
});

/** `20261122T081500000-1a2b3c4d` (UTC) → the day in Guangzhou, then the name itself. */
function release(name) {
  const [, year, month, day, hour] = name.match(/^(\d{4})(\d{2})(\d{2})T(\d{2})/) || [];
  if (!year) return `资料版本：${name}`;
  const date = new Date(Date.UTC(year, month - 1, day, hour)).toLocaleDateString("zh-CN",
    { timeZone: "Asia/Shanghai", year: "numeric", month: "long", day: "numeric" });
  return `资料更新：${date}（版本 ${name}）`;
}

// ---- Start -----------------------------------------------------------------------------------------

/** After a reload while a person was asked for: back to them. */
function goOn() {
  const found = kept();
  if (!found) return;
  session = found.session;
  document.body.dataset.state = "chat";
  $("welcome").hidden = true;
  $("clear").hidden = false;
  log.append(h("p", { class: "staff-event" },
    "页面刷新过，您前面说的话这里不再显示，工作人员还看得到，可以接着说。"));
  live.follow(session, found.from);
}

async function greet() {
  try {
    const hello = await api.welcome();
    const [name, ...rest] = hello.title.split(/\s*[：:·｜|—]+\s*/);
    document.title = hello.title;
    $("brand-name").textContent = name;
    $("brand-sub").textContent = rest.join(" ");
    $("notice").textContent = hello.notice;
    $("notice").hidden = !hello.notice;
    $("demo").hidden = !hello.demonstration;
    $("release").textContent = release(hello.release);
    $("release").hidden = !hello.release;
    $("example-list").replaceChildren(...chips(hello.suggestions, ask).children);
    $("examples").hidden = !hello.suggestions.length || document.body.dataset.state !== "welcome";
  } catch {
    $("notice").textContent = "服务暂时连不上。您可以稍后再试，或者直接拨打 12345。";
    $("notice").hidden = false;
  }
}

// What has focus must not hide behind the question box.
if ("ResizeObserver" in window) {
  new ResizeObserver(() => {
    document.documentElement.style.setProperty("--composer", `${form.offsetHeight}px`);
  }).observe(form);
}

$("boot").remove();
form.hidden = false;
$("clear").hidden = true;
measure();
goOn();
greet();
