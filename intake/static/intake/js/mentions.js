// After an @ in a comment: who may be named, to be taken by keyboard or by a click. The
// field stays a plain one, where a name can be typed as well; it points to the list with
// aria-activedescendant, so that a screen reader reads what the arrows choose.

// From the @ to the caret: a name, or the beginning of one, of up to three words.
const begun = /(?:^|[^\p{L}\p{N}.+-])@([\p{L}\p{N}][\p{L}\p{N}.'’-]*(?: [\p{L}\p{N}'’-]*){0,2}|)$/u;
const PAUSE = 120;
let open = null;

const before = (field) => field.value.slice(0, field.selectionStart);
const typed = (field) => before(field).match(begun)?.[1];

function close() {
  if (!open) return;
  open.list.remove();
  open.field.removeAttribute("aria-controls");
  open.field.removeAttribute("aria-activedescendant");
  say(open.field, "");
  open = null;
}

function say(field, words) {
  const place = field.parentElement.querySelector("[data-mentions-said]");
  if (place && place.textContent !== words) place.textContent = words;
}

function choose(at) {
  const options = [...open.list.children];
  open.at = (at + options.length) % options.length;
  options.forEach((option, place) => {
    option.setAttribute("aria-selected", String(place === open.at));
  });
  open.field.setAttribute("aria-activedescendant", options[open.at].id);
  options[open.at].scrollIntoView({ block: "nearest" });
}

function take(name) {
  const { field } = open;
  const start = field.selectionStart - typed(field).length;
  field.setRangeText(`${name} `, start, field.selectionStart, "end");
  close();
  field.focus();
}

function show(field, names) {
  close();
  if (!names.length || document.activeElement !== field) return;
  const list = document.createElement("ul");
  list.id = `${field.id}_names`;
  list.className = "mentions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Who may be named");
  names.forEach((name, place) => {
    const option = document.createElement("li");
    option.id = `${list.id}_${place}`;
    option.setAttribute("role", "option");
    option.textContent = name;
    // Before the field loses the focus.
    option.addEventListener("mousedown", (event) => event.preventDefault());
    option.addEventListener("click", () => take(name));
    list.append(option);
  });
  field.after(list);
  field.setAttribute("aria-controls", list.id);
  open = { field, list, at: 0 };
  choose(0);
  const many = names.length === 1 ? "1 name" : `${names.length} names`;
  say(field, `${many}. Arrows choose, Enter takes, Escape closes.`);
}

let timer = 0;
let asked = null;

async function ask(field, name) {
  asked?.abort();
  asked = new AbortController();
  const address = new URL(field.closest("[data-mentions]").dataset.mentions, location.href);
  address.searchParams.set("q", name);
  if (field.form.elements.is_internal?.checked) address.searchParams.set("inside", "yes");
  try {
    const answer = await fetch(address, { signal: asked.signal, redirect: "error" });
    const names = answer.ok ? (await answer.json()).names : [];
    if (typed(field) === name) show(field, names);
  } catch (failed) {
    // Typed on meanwhile, or signed out or offline: the name can still be written.
    if (failed.name !== "AbortError") close();
  }
}

document.addEventListener("focusin", (event) => {
  const field = event.target.closest?.("[data-mentions] textarea");
  field?.setAttribute("aria-autocomplete", "list");
  field?.setAttribute("aria-haspopup", "listbox");
});

document.addEventListener("input", (event) => {
  const field = event.target.closest?.("[data-mentions] textarea");
  if (!field) return;
  clearTimeout(timer);
  const name = typed(field);
  if (name === undefined) close();
  else timer = setTimeout(ask, PAUSE, field, name);
});

document.addEventListener("keydown", (event) => {
  if (!open || event.target !== open.field || event.isComposing) return;
  if (event.key === "ArrowDown") choose(open.at + 1);
  else if (event.key === "ArrowUp") choose(open.at - 1);
  else if (event.key === "Enter" || event.key === "Tab") {
    take(open.list.children[open.at].textContent);
  } else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
});

document.addEventListener("focusout", (event) => {
  if (open && event.target === open.field) close();
});
