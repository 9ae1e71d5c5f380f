// Shows on the rows what a move that is tried would do: bars glide to where they would stand.
//
// The answer carries, by reference, what a row draws and says then. It is taken back when the move
// is, and stays after Keep until the next forecast brings the rows that know it.

const still = matchMedia("(prefers-reduced-motion: reduce)");

let shown = new Map(); // row → what it was, as a function that puts it back
let answer = null; // of the last move that was tried
let kept = false;

function forget() {
  for (const back of shown.values()) back();
  shown = new Map();
  answer = null;
}

function show(bars) {
  // All places are read before anything is written: one by one, each would cost a layout.
  const rows = [...document.querySelectorAll(".board tr[data-reference]")].filter((row) => row.dataset.reference in bars && !shown.has(row));
  const near = new Set(still.matches ? [] : rows.filter(isNear));
  for (const row of rows) shown.set(row, showRow(row, bars[row.dataset.reference], near.has(row)));
}

function isNear(row) {
  const box = row.getBoundingClientRect();
  return box.bottom > 0 && box.top < innerHeight;
}

function showRow(row, bar, glides) {
  const undo = [];
  for (const name of ["p95", "p85"]) {
    const rect = row.querySelector(`rect.${name}`);
    if (rect && bar[name]) undo.push(moveRect(rect, bar[name], glides));
    else if (bar[name]) undo.push(addRect(row, name, bar[name]));
  }
  const arrow = row.querySelector(".beyond");
  if (arrow && !bar.beyond) undo.push(hide(arrow));
  const range = row.querySelector("text.range");
  if (range && bar.label) undo.push(moveLabel(range, bar));
  else if (range) undo.push(hide(range));
  const chance = row.querySelector(".c-chance");
  const words = chance.querySelector("a") ?? chance;
  undo.push(setText(words.firstChild, bar.chance), setText(words.querySelector("span"), bar.word));
  undo.push(setColour(chance, bar.colour));
  const promise = row.querySelector(".commit");
  if (promise) undo.push(setColour(promise, bar.colour));
  if (bar.shift) {
    const time = row.querySelector(".c-time");
    const way = bar.shift.startsWith("+") ? "later" : "earlier";
    time.dataset.shift = bar.shift;
    row.classList.add(way);
    undo.push(() => {
      delete time.dataset.shift;
      row.classList.remove(way);
    });
  }
  return () => undo.forEach((back) => back());
}

function moveRect(rect, to, glides) {
  const from = { x: rect.getAttribute("x"), width: rect.getAttribute("width"), open: rect.classList.contains("open") };
  glideTo(rect, to, glides);
  return () => glideTo(rect, from, glides);
}

function glideTo(rect, { x, width, open }, glides) {
  const before = { x: rect.getAttribute("x"), width: rect.getAttribute("width") };
  rect.setAttribute("x", x);
  rect.setAttribute("width", width);
  rect.classList.toggle("open", open);
  if (glides) rect.animate([before, { x, width }], { duration: 450, easing: "ease-in-out" });
}

// A bar that stood beyond the right edge has nothing to be moved.
function addRect(row, name, { x, width, open }) {
  const [y, height] = { p95: [-4, 8], p85: [-6, 12] }[name];
  const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [key, value] of Object.entries({ x, y, width, height, rx: 3 })) rect.setAttribute(key, value);
  rect.classList.add(name);
  rect.classList.toggle("open", open);
  row.querySelector(".time > svg").prepend(rect);
  if (name === "p85") row.querySelector("rect.p95")?.after(rect);
  return () => rect.remove();
}

function hide(element) {
  element.classList.add("hidden");
  return () => element.classList.remove("hidden");
}

function moveLabel(range, bar) {
  const before = { x: range.getAttribute("x"), anchor: range.getAttribute("text-anchor"), words: range.textContent };
  const put = ({ x, anchor, words }) => {
    range.setAttribute("x", x);
    range.setAttribute("text-anchor", anchor);
    range.textContent = words;
  };
  put({ ...bar.label, words: bar.range });
  return () => put(before);
}

function setText(node, words) {
  const before = node.textContent;
  node.textContent = words;
  return () => {
    node.textContent = before;
  };
}

function setColour(element, colour) {
  const colours = ["green", "amber", "red", "grey"];
  const before = colours.find((each) => element.classList.contains(each));
  element.classList.remove(...colours);
  element.classList.add(colour);
  return () => {
    element.classList.remove(colour);
    if (before) element.classList.add(before);
  };
}

document.addEventListener("board:forget", () => {
  if (!kept) forget();
});

// Keep: the rows that come back are still those of the last forecast.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === "move") kept = true;
  else if (event.target.id === "backlog") kept = false;
});

document.addEventListener("htmx:afterSwap", (event) => {
  const target = event.detail.target;
  if (target?.id === "outcome" || target?.closest?.("#outcome")) {
    const bars = document.getElementById("outcome-bars");
    if (!bars || answer) return;
    answer = JSON.parse(bars.textContent);
    show(answer);
  } else if (target?.matches?.("#backlog tbody")) {
    if (answer) show(answer);
  } else if (target?.id === "backlog") {
    shown = new Map();
    const wasRefused = !document.getElementById("move")?.hidden;
    if (kept && answer && !wasRefused) show(answer);
    if (!kept || wasRefused) answer = null;
    kept = false;
  }
});
