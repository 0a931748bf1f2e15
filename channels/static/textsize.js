// Text size switch. Runs before the first paint so that a chosen size does not flash.
// This is the only thing the page stores, and only after the person has chosen a size.

const KEY = "suiwen.textsize";
const SIZES = ["m", "l", "xl"];

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage may be switched off
  }
}

const root = document.documentElement;
const saved = stored();
if (SIZES.includes(saved)) root.dataset.size = saved;

function connect() {
  const group = document.getElementById("sizes");
  group.hidden = false;
  const current = root.dataset.size || "m";
  for (const input of group.querySelectorAll("input")) {
    input.checked = input.value === current;
  }
  group.addEventListener("change", (event) => {
    root.dataset.size = event.target.value;
    try {
      localStorage.setItem(KEY, event.target.value);
    } catch {
      // not remembered, still applied
    }
  });
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", connect);
else connect();
