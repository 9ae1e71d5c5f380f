// Moving a demand on the board by pointer, by keyboard, by arrow buttons, or to a typed rank.
//
// A move is tried on the page first and stands in the panel below the list; Keep sends it, Undo
// puts the row back. There is one such move at a time. Places are those of the whole backlog,
// also when filters hide most of it.

const EDGE = 70; // pixels from the window's edge where a drag begins to scroll
const still = matchMedia("(prefers-reduced-motion: reduce)");

let move = null; // {row, from, to, home: the sibling it stood before}
let waiting = false; // a refresh came while a move was open

const board = () => document.querySelector(".board");
const panel = () => document.getElementById("move");
const rows = () => [...document.querySelectorAll(".board tbody tr[data-reference]")];
const placeOf = (row) => Number(row.dataset.place);
const total = () => Number(document.querySelector(".rows").dataset.total);
// Rows have no id: htmx matches every id of old and new content, a second for 500 rows.
const rowOf = (reference) => document.querySelector(`.board tr[data-reference="${CSS.escape(reference)}"]`);
const titleOf = (row) => row.querySelector(".title").textContent;

function tell(words) {
  const told = document.getElementById("move-told");
  if (told) told.textContent = words;
}

// ---- the move that is being tried

function open(row) {
  if (move && move.row !== row) {
    const form = panel();
    form.classList.remove("asked");
    void form.offsetWidth; // starts the animation anew
    form.classList.add("asked");
    form.elements.why.focus();
    tell(`First keep or undo the move of ${move.row.dataset.reference}.`);
    return false;
  }
  if (!move) {
    move = { row, from: placeOf(row), to: placeOf(row), home: row.nextElementSibling };
    row.classList.add("lifted");
  }
  return true;
}

function showPanel() {
  const form = panel();
  form.elements.reference.value = move.row.dataset.reference;
  form.elements.revision.value = move.row.dataset.revision;
  form.elements.to_place.value = move.to;
  form.querySelector("[data-told=reference]").textContent = move.row.dataset.reference;
  form.querySelector("[data-told=from]").textContent = move.from;
  form.hidden = false;
  tryIt();
}

// Ask what the move would do; tried.js shows the answer on the rows.
function tryIt() {
  const outcome = document.getElementById("outcome");
  outcome.replaceChildren();
  document.dispatchEvent(new CustomEvent("board:forget"));
  if (move.to !== move.from) htmx.trigger(outcome, "tried");
}

function close() {
  if (!move) return;
  move.row.classList.remove("lifted");
  move = null;
  const form = panel();
  form.hidden = true;
  form.elements.why.value = "";
  document.getElementById("outcome").replaceChildren();
  document.dispatchEvent(new CustomEvent("board:forget"));
  if (waiting) {
    waiting = false;
    htmx.trigger(document.body, "forecast-done");
  }
}

function undo() {
  if (!move) return;
  const { row, home } = move;
  glide(() => row.parentNode.insertBefore(row, home));
  move.to = move.from;
  renumber();
  tell(`${row.dataset.reference} is back at rank ${move.from}.`);
  close();
  row.querySelector(".grip").focus();
}

// ---- where the row stands, and which rank that is

function renumber() {
  const { row, from, to } = move;
  for (const each of rows()) {
    const was = placeOf(each);
    let now = was;
    if (each === row) now = to;
    else if (to < from && was >= to && was < from) now = was + 1;
    else if (to > from && was > from && was <= to) now = was - 1;
    const shown = each.querySelector(".place");
    if (shown.textContent !== String(now)) shown.textContent = now;
  }
}

// The rank a row has between its new neighbours; rows that filters hide count too.
function rankHere() {
  const list = rows();
  const index = list.indexOf(move.row);
  const above = list[index - 1];
  const below = list[index + 1];
  if (below && placeOf(below) < move.from) return placeOf(below);
  if (above && placeOf(above) > move.from) return placeOf(above);
  return move.from;
}

// Put the row before or after another and let those it passes glide out of its way. They are
// moved, not the row: out of the page even for a moment, it would lose focus and the pointer.
function put(other, where, quiet) {
  const { row } = move;
  const down = Boolean(row.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING);
  const next = down ? "nextElementSibling" : "previousElementSibling";
  const passed = [];
  for (let each = row[next]; each && each !== other; each = each[next]) passed.push(each);
  if (where === (down ? "after" : "before")) passed.push(other);
  const change = () => {
    if (down) row.before(...passed);
    else row.after(...passed.reverse());
  };
  glide(change, quiet ? row : null);
  move.to = rankHere();
  renumber();
}

function glide(change, except) {
  if (still.matches) return change();
  const near = rows().filter((each) => {
    const box = each.getBoundingClientRect();
    return each !== except && box.bottom > -200 && box.top < innerHeight + 200;
  });
  const tops = new Map(near.map((each) => [each, each.getBoundingClientRect().top]));
  change();
  for (const [each, top] of tops) {
    const by = top - each.getBoundingClientRect().top;
    if (by) each.animate([{ translate: `0 ${by}px` }, { translate: "0 0" }], { duration: 140, easing: "ease-out" });
  }
}

function step(by) {
  const list = rows();
  const index = list.indexOf(move.row);
  const other = list[Math.max(0, Math.min(list.length - 1, index + by))];
  if (other !== move.row) put(other, by < 0 ? "before" : "after");
  move.row.scrollIntoView({ block: "nearest" });
}

function toRank(rank) {
  const to = Math.max(1, Math.min(total(), rank));
  const others = rows().filter((each) => each !== move.row);
  const below = others.find((each) => placeOf(each) >= to + (to > move.from ? 1 : 0));
  if (below) put(below, "before");
  else if (others.length) put(others[others.length - 1], "after");
  move.to = to;
  renumber();
}

function neighbours() {
  const list = rows();
  const index = list.indexOf(move.row);
  const below = list[index + 1];
  return below ? `above ${below.dataset.reference} ${titleOf(below)}` : "at the end";
}

function drop() {
  if (!move) return;
  if (move.to === move.from) {
    const { row, home } = move;
    row.parentNode.insertBefore(row, home);
    tell(`${row.dataset.reference} stays at rank ${move.from}.`);
    close();
    return;
  }
  showPanel();
  tell(`${move.row.dataset.reference} from ${move.from} to ${move.to}, ${neighbours()}. Say why, then keep or undo.`);
  panel().elements.why.focus({ preventScroll: true });
}

// ---- keyboard

const STEPS = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity };

function onGripKey(event, grip) {
  const row = grip.closest("tr");
  const lifted = move?.row === row && panel().hidden;
  if (event.key === " " || event.key === "Enter") {
    event.preventDefault();
    if (lifted) drop();
    else if (event.key === " " && open(row)) {
      panel().hidden = true;
      tell(`${row.dataset.reference} lifted, rank ${move.to} of ${total()}. Arrow keys move, Enter drops, Escape cancels.`);
    } else if (event.key === "Enter") ask(row);
  } else if (event.key === "Escape" && move) {
    undo();
  } else if (event.key in STEPS && !event.altKey && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    if (lifted) {
      step(STEPS[event.key]);
      tell(`Rank ${move.to} of ${total()}, ${neighbours()}.`);
    } else {
      const list = rows();
      const index = list.indexOf(row) + STEPS[event.key];
      const other = list[Math.max(0, Math.min(list.length - 1, index))];
      other.querySelector(".grip").focus();
    }
  }
}

// “Move to rank…”: the panel with its number field.
function ask(row) {
  if (!open(row)) return;
  showPanel();
  const field = panel().elements.to_place;
  field.focus({ preventScroll: true });
  field.select();
}

// ---- pointer

function onGripDown(event, grip) {
  if (event.button !== 0) return;
  const row = grip.closest("tr");
  const startY = event.clientY;
  const grabbed = startY - row.getBoundingClientRect().top;
  let y = startY;
  let dragging = false;
  let frame = 0;
  grip.setPointerCapture(event.pointerId);

  const follow = () => {
    frame = requestAnimationFrame(follow);
    if (y < EDGE) scrollBy(0, (y - EDGE) / 4);
    else if (y > innerHeight - EDGE) scrollBy(0, (y - innerHeight + EDGE) / 4);
    row.style.translate = "";
    const wanted = y - grabbed;
    for (let tries = 0; tries < 60; tries += 1) {
      const list = rows();
      const index = list.indexOf(row);
      const middle = wanted + row.offsetHeight / 2;
      const above = list[index - 1]?.getBoundingClientRect();
      const below = list[index + 1]?.getBoundingClientRect();
      if (above && middle < above.top + above.height / 2) put(list[index - 1], "before", true);
      else if (below && middle > below.top + below.height / 2) put(list[index + 1], "after", true);
      else break;
    }
    row.style.translate = `0 ${wanted - row.getBoundingClientRect().top}px`;
  };
  const onMove = (moved) => {
    y = moved.clientY;
    if (dragging || Math.abs(y - startY) < 4) return;
    if (!open(row)) return stop();
    dragging = true;
    panel().hidden = true;
    row.classList.add("dragged");
    document.documentElement.classList.add("dragging");
    frame = requestAnimationFrame(follow);
  };
  const stop = () => {
    cancelAnimationFrame(frame);
    grip.removeEventListener("pointermove", onMove);
    grip.removeEventListener("pointerup", onUp);
    grip.removeEventListener("pointercancel", onCancel);
    document.removeEventListener("keydown", onKey, true);
    document.documentElement.classList.remove("dragging");
    row.classList.remove("dragged");
    row.removeAttribute("style"); // htmx would copy it, which the security policy forbids
  };
  const onUp = () => {
    stop();
    if (dragging) drop();
    else ask(row);
  };
  const onCancel = () => {
    stop();
    if (dragging) undo();
  };
  const onKey = (pressed) => {
    if (pressed.key !== "Escape") return;
    pressed.stopPropagation();
    onCancel();
  };
  grip.addEventListener("pointermove", onMove);
  grip.addEventListener("pointerup", onUp);
  grip.addEventListener("pointercancel", onCancel);
  document.addEventListener("keydown", onKey, true);
}

// ---- listeners stand on the document, as the rows are replaced

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest?.(".grip");
  if (grip) onGripDown(event, grip);
});

document.addEventListener("keydown", (event) => {
  const grip = event.target.closest?.(".grip");
  if (grip) return onGripKey(event, grip);
  if (event.key === "Escape" && move && event.target.closest?.("#move")) undo();
});

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const at = (selector) => event.target.closest?.(selector);
  const arrow = at("[data-step]");
  if (arrow) {
    event.preventDefault();
    if (!open(arrow.closest("tr"))) return;
    step(Number(arrow.dataset.step));
    if (move.to === move.from) {
      undo();
      return;
    }
    showPanel();
    tell(`Rank ${move.to} of ${total()}, ${neighbours()}.`);
  } else if (at("[data-to-rank]")) {
    event.preventDefault();
    ask(at("tr"));
  } else if (at("[data-undo]") && move) {
    event.preventDefault();
    undo();
  } else if (at(".grip") && event.detail === 0) {
    ask(at("tr")); // a screen reader's click; those of a pointer are a drag of no distance
  }
});

document.addEventListener("change", (event) => {
  if (!move || event.target.id !== "to-place") return;
  const rank = Number(event.target.value);
  if (!Number.isInteger(rank) || rank < 1) return;
  toRank(rank);
  event.target.value = move.to;
  tryIt();
  move.row.scrollIntoView({ block: "nearest" });
  tell(`Rank ${move.to} of ${total()}, ${neighbours()}.`);
});

// ---- answers of the server

// A new forecast does not take an open move out of somebody's hands; it comes right after.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === "backlog" && move) {
    event.preventDefault();
    waiting = true;
  }
});

let kept = null;
let bars = new Map();

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target.id !== "backlog") return;
  kept = move?.row.dataset.reference ?? null;
  move = null;
  bars = new Map();
  for (const row of rows()) {
    const box = row.getBoundingClientRect();
    if (box.bottom < 0 || box.top > innerHeight) continue;
    bars.set(row.dataset.reference, [...row.querySelectorAll("rect")].map((bar) => [bar.getAttribute("x"), bar.getAttribute("width")]));
  }
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "backlog" && event.target.id !== "backlog") return;
  takeUp();
  for (const [reference, before] of still.matches ? [] : bars) {
    const row = rowOf(reference);
    [...(row?.querySelectorAll("rect") ?? [])].forEach((bar, number) => {
      const [x, width] = before[number] ?? [];
      if (x === undefined || (x === bar.getAttribute("x") && width === bar.getAttribute("width"))) return;
      bar.animate([{ x, width }, { x: bar.getAttribute("x"), width: bar.getAttribute("width") }], { duration: 600, easing: "ease-in-out" });
    });
  }
  bars = new Map();
  const row = kept && !move && rowOf(kept);
  kept = null;
  if (!row) return;
  row.querySelector(".grip").focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
});

// Rows from further down have come: the move may belong among them.
document.addEventListener("htmx:afterSwap", (event) => {
  if (!move || !event.detail.target?.matches?.("#backlog tbody")) return;
  if (move.to !== move.from) toRank(move.to);
});

// A move that the server refused comes back in the open panel: its row is lifted where it stands.
function takeUp() {
  const form = panel();
  if (!form || form.hidden) return;
  const row = rowOf(form.elements.reference.value);
  if (!row) return;
  move = { row, from: placeOf(row), to: placeOf(row), home: row.nextElementSibling };
  row.classList.add("lifted");
  row.scrollIntoView({ block: "nearest" });
  form.elements.why.focus({ preventScroll: true });
  tryIt();
}

takeUp();
