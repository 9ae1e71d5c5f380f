// A list that is worked through by keyboard: J and K choose the next and the previous
// row, and a letter presses what carries it as data-key.

const typing = "input, textarea, select, [contenteditable]";

function choose(step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  const at = rows.findIndex((row) => row.getAttribute("aria-current") === "true");
  const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step];
  if (!next) return;
  next.focus();
  next.click();
}

function press(key) {
  document.querySelector(`[data-key="${key}"]`)?.click();
}

// While a row is still loading, what a letter would press belongs to the row before,
// or is not bound yet; the letter waits until what it is meant for is there.
let waiting = "";
const loading = () =>
  document.querySelector("[data-row].htmx-request, .htmx-settling");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest(typing) || document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") {
    event.preventDefault();
    waiting = "";
    choose(key === "j" ? 1 : -1);
  } else if (/^[a-z]$/.test(key) && document.querySelector(`[data-key="${key}"]`)) {
    event.preventDefault();
    if (loading()) waiting = key;
    else press(key);
  }
});

// The chosen row is the one whose request the panel shows.
document.addEventListener("htmx:beforeRequest", (event) => {
  const row = event.target.closest?.("[data-row]");
  if (!row) return;
  for (const other of document.querySelectorAll("[data-row]")) {
    other.removeAttribute("aria-current");
  }
  row.setAttribute("aria-current", "true");
});

document.addEventListener("htmx:afterSettle", (event) => {
  // What was asked for takes the focus: the first field of a form that opened.
  event.target.querySelector?.("textarea, [data-focus]")?.focus();
  if (!waiting || loading()) return;
  press(waiting);
  waiting = "";
});
