// Promising from the bar: under the pointer stands a date with its chance, and a click opens the
// form with this date. The link of the chance does the same for the keyboard, and without script.

const DAY = 86_400_000;
const ASK_AFTER = 120; // milliseconds of rest before the chance of a date is asked for

const dialog = document.getElementById("promise-dialog");
const tip = document.createElement("div");
tip.className = "date-tip";
tip.hidden = true;
document.body.append(tip);

let asked = 0; // the timer of the next question
let shown = ""; // reference and day that the tip tells

function dayAt(cell, clientX) {
  const { first, days } = cell.closest(".rows").dataset;
  const box = cell.getBoundingClientRect();
  const place = Math.floor(((clientX - box.left) / box.width) * Number(days));
  return new Date(Date.parse(first) + Math.max(0, place) * DAY).toISOString().slice(0, 10);
}

function inWords(day) {
  return new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).format(Date.parse(day));
}

async function chanceOf(reference, day) {
  const answer = await fetch(`/demands/${encodeURIComponent(reference)}/chance/?due_on=${day}`, { headers: { "HX-Request": "true" } });
  if (!answer.ok) return "";
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.body.textContent.trim();
}

function hideTip() {
  clearTimeout(asked);
  tip.hidden = true;
  shown = "";
}

function point(cell, event) {
  const reference = cell.closest("tr").dataset.reference;
  const day = dayAt(cell, event.clientX);
  tip.hidden = false;
  tip.style.translate = `${Math.min(event.clientX + 12, innerWidth - 240)}px ${event.clientY + 14}px`;
  const key = `${reference} ${day}`;
  if (key === shown) return;
  shown = key;
  tip.textContent = inWords(day);
  clearTimeout(asked);
  asked = setTimeout(async () => {
    const words = await chanceOf(reference, day);
    if (words && shown === key) tip.textContent = words;
  }, ASK_AFTER);
}

function open(reference, day) {
  const next = encodeURIComponent(location.pathname + location.search);
  const picked = day ? `&due_on=${day}` : "";
  hideTip();
  htmx.ajax("GET", `/demands/${encodeURIComponent(reference)}/promise/?next=${next}${picked}`, { target: "#promise-here", swap: "innerHTML" }).then(() => dialog.showModal());
}

const cellOf = (event) => event.target.closest?.("tbody .c-time");

document.addEventListener("pointermove", (event) => {
  const cell = event.pointerType === "mouse" && !event.buttons && cellOf(event);
  if (cell) point(cell, event);
  else if (!tip.hidden) hideTip();
});

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = event.target.closest?.("[data-promise]");
  const cell = cellOf(event);
  if (link) {
    event.preventDefault();
    open(link.closest("tr").dataset.reference);
  } else if (cell) {
    open(cell.closest("tr").dataset.reference, dayAt(cell, event.clientX));
  } else if (event.target === dialog || event.target.closest?.("[data-close]")) {
    dialog.close();
  }
});

document.addEventListener("scroll", hideTip, { passive: true });
