// What staff say, while a person has the conversation: pushed over a WebSocket. Where there is none
// (a proxy that blocks it), `ask` is called before each message and when connecting again.

const MOST_WAIT = 30_000;
const KEPT = "suiwen.handoff";

/**
 * While somebody is asked for, this tab remembers whose conversation it is and from which line on, so
 * that a reload does not lose the person. No text is kept; it goes when the matter ends or the tab
 * is closed, and a page of a kiosk (`data-kiosk` on the root) keeps nothing.
 */
function keep(value) {
  try {
    if (value && !("kiosk" in document.documentElement.dataset)) {
      sessionStorage.setItem(KEPT, JSON.stringify(value));
    } else sessionStorage.removeItem(KEPT);
  } catch {
    // storage may be switched off
  }
}

/** What was kept, if this page was reloaded; whoever comes to it another way gets nothing. */
export function kept() {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEPT));
    keep(null);
    return performance.getEntriesByType("navigation")[0]?.type === "reload" ? found : null;
  } catch {
    return null;
  }
}

/**
 * @typedef {{kind:string, id:number, at:?string, text:?string, badge:?string, ahead:?number,
 *   minutes:?number, sources:{code:string, title:string, url:?string}[]}} Frame
 */

/** Follows one session after another; `onFrame` gets each frame once. */
export class Live {
  #onFrame;
  #session = null;
  #socket = null;
  #after = 0;
  #tries = 0;
  #timer = 0;

  constructor(onFrame) {
    this.#onFrame = onFrame;
  }

  /** Whether somebody was asked for and the matter has not ended. */
  get active() {
    return this.#session !== null;
  }

  /** `from`: the line behind which to begin, after a reload. */
  follow(session, from = this.#after) {
    if (this.#session === session) return;
    this.stop();
    this.#session = session;
    this.#after = from;
    keep({ session, from });
    this.#connect();
  }

  stop() {
    clearTimeout(this.#timer);
    keep(null);
    this.#session = null;
    this.#tries = 0;
    this.#socket?.close();
    this.#socket = null;
  }

  /** Forget the conversation: what comes next is another one. */
  clear() {
    this.stop();
    this.#after = 0;
  }

  /** Ask for what was missed, unless it is being pushed. */
  async ask() {
    const session = this.#session;
    if (!session || this.#socket?.readyState === WebSocket.OPEN) return;
    try {
      const response = await fetch("/api/v1/live", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ session_id: session, after: this.#after }),
        cache: "no-store",
      });
      if (response.ok && this.#session === session) {
        for (const frame of await response.json()) this.#take(frame);
      }
    } catch {
      // offline: the next try asks again
    }
  }

  #connect() {
    const session = this.#session;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/api/v1/live`);
    this.#socket = socket;
    socket.addEventListener("open", () => {
      this.#tries = 0;
      socket.send(JSON.stringify({ session_id: session, after: this.#after }));
    });
    socket.addEventListener("message", (event) => {
      if (this.#socket === socket) this.#take(JSON.parse(event.data));
    });
    socket.addEventListener("close", (event) => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      if (event.code === 1000) this.stop(); // the server has nothing more to say
      else this.#again();
    });
  }

  #again() {
    if (!this.#session) return;
    this.#tries += 1;
    const wait = Math.min(MOST_WAIT, 500 * 2 ** Math.min(this.#tries, 6));
    this.#timer = setTimeout(async () => {
      await this.ask();
      if (this.#session) this.#connect();
    }, wait);
  }

  #take(frame) {
    if (frame.id && frame.id <= this.#after) return;
    this.#after = Math.max(this.#after, frame.id);
    this.#onFrame(frame);
    if (["returned", "closed", "call_back"].includes(frame.kind)) this.stop();
  }
}
