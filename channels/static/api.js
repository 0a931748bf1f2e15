// Talking to the server: one chat call (streamed), feedback, forgetting and welcome.
// No state is kept here.

const BASE = "/api/v1";
const SILENCE_MS = 45_000; // give up when nothing arrives for this long

/**
 * @typedef {{n:number, kind:string, code:string, title:string, field:string, quote:string,
 *   url:?string, as_of:?string}} Citation
 * @typedef {{text:string, citations:number[]}} Sentence
 * @typedef {{label:string, text:?string, note:?string, url:?string, tel:?string, ask:?string,
 *   code:?string, citations:number[]}} CardRow
 * @typedef {{kind:string, title:string, rows:CardRow[], code:?string, note:?string, entry:?string,
 *   unit:?string}} Card
 * @typedef {{session_id:string, turn_id:string, status:string, reason:?string, text:string,
 *   sentences:Sentence[], citations:Citation[], cards:Card[], suggestions:string[], label:string,
 *   quiet:boolean}} Reply
 */

/** A failure in plain words: `title` says what happened, `detail` what can be done. */
export class Problem extends Error {
  constructor(title, detail = "", status = 0) {
    super(title);
    this.title = title;
    this.detail = detail;
    this.status = status;
  }
}

const offline = () =>
  new Problem("网络好像断开了", "请检查网络后重试。着急的话，可以直接拨打 12345。");
const silent = () => new Problem("等了很久没有答复", "请稍后重试，或者拨打 12345。");
const cut = () => new Problem("答复没有收完整", "请重试一次，或者拨打 12345。");

/** Words for a response that is not a success; a problem document's own words come first. */
async function refusal(response) {
  let body = {};
  try {
    body = await response.json();
  } catch {
    // not JSON: a proxy's error page, for instance
  }
  const words = {
    413: "内容太长了",
    422: "这个问题没能读懂",
    429: "现在问的人比较多",
    503: "服务暂时停用",
  };
  const title = typeof body.title === "string" && /[\u4e00-\u9fff]/.test(body.title)
    ? body.title
    : words[response.status] || "服务暂时出了问题";
  const detail = typeof body.detail === "string" && /[\u4e00-\u9fff]/.test(body.detail)
    ? body.detail
    : "请稍后重试，或者拨打 12345。";
  return new Problem(title, detail, response.status);
}

/** Parse a text/event-stream body; yields `{event, data}` with `data` as text. */
export async function* events(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let buffer = "";
  let event = "message";
  let data = [];
  try {
    for (;;) {
      const { value, done } = await reader.read();
      buffer += done ? decoder.decode() : decoder.decode(value, { stream: true });
      let end;
      while ((end = buffer.indexOf("\n")) >= 0) {
        const line = buffer.slice(0, end).replace(/\r$/, "");
        buffer = buffer.slice(end + 1);
        if (line === "") {
          if (data.length) yield { event, data: data.join("\n") };
          event = "message";
          data = [];
        } else if (!line.startsWith(":")) {
          const [, name, text] = line.match(/^([^:]*):? ?(.*)$/);
          if (name === "event") event = text;
          else if (name === "data") data.push(text);
        }
      }
      if (done) return;
    }
  } finally {
    reader.cancel().catch(() => {}); // the reader of events may stop early, at `done`
  }
}

/**
 * Ask one question. `onEvent(name, data)` gets each `status`, `sentence` and `card` as it comes.
 * @returns {Promise<Reply>} the authoritative reply
 * @throws {Problem} or an AbortError when `controller` was aborted by the person
 */
export async function chat(message, { controller, onEvent }) {
  let gaveUp = false; // true when we gave up, not the person
  let timer;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      gaveUp = true;
      controller.abort();
    }, SILENCE_MS);
  };
  try {
    wait();
    const response = await fetch(`${BASE}/chat`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
      body: JSON.stringify(message),
      cache: "no-store",
      signal: controller.signal,
    });
    if (!response.ok) throw await refusal(response);
    const type = response.headers.get("Content-Type") || "";
    if (type.includes("application/json")) return await response.json();
    if (!type.includes("text/event-stream")) throw cut(); // a captive portal's page, for instance

    for await (const { event, data } of events(response.body)) {
      wait();
      const value = JSON.parse(data);
      if (event === "done") return value;
      if (event === "error") {
        throw new Problem(value.title || "服务暂时出了问题", value.detail || "", value.status || 0);
      }
      onEvent(event, value);
    }
    throw cut();
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (error.name === "AbortError") throw gaveUp ? silent() : error;
    if (error instanceof SyntaxError) throw cut();
    throw offline();
  } finally {
    clearTimeout(timer);
  }
}

/** Send a verdict; a second call for the same turn adds the reason. */
export async function feedback(verdict) {
  const response = await fetch(`${BASE}/feedback`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(verdict),
  });
  if (!response.ok) throw await refusal(response);
}

/** Have the server forget a conversation too; this goes out even while the page is being left. */
export function forget(session) {
  fetch(`${BASE}/sessions/${session}`, { method: "DELETE", keepalive: true }).catch(() => {});
}

export async function welcome() {
  const response = await fetch(`${BASE}/welcome`, { headers: { Accept: "application/json" } });
  if (!response.ok) throw await refusal(response);
  return response.json();
}
