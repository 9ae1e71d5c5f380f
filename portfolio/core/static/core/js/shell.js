// The frame of every page: search by keyboard, focus on what went wrong,
// the room one is in, and forms that outlive a session.

const dialog = document.getElementById("search");

function openSearch() {
  if (!dialog || dialog.open) return;
  dialog.showModal();
  dialog.querySelector("input").select();
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openSearch();
  }
});

for (const opener of document.querySelectorAll("[data-opens='search']")) {
  opener.addEventListener("click", (event) => {
    if (!dialog || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    openSearch();
  });
}

// A click on the backdrop closes; the dialog itself is covered by its content.
dialog?.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});

document.querySelector("[data-focus]")?.focus();
document.addEventListener("htmx:afterSettle", (event) => {
  event.target.querySelector?.("[data-focus]")?.focus();
});

// What answers by itself needs no button; without script the button does it.
document.documentElement.classList.add("scripted");

// Signing in anew, in another tab, changes the token that a form must carry.
function freshToken() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
}

document.addEventListener(
  "submit",
  (event) => {
    const field = event.target.querySelector("[name=csrfmiddlewaretoken]");
    if (field) field.value = freshToken() ?? field.value;
  },
  true,
);

document.addEventListener("htmx:configRequest", (event) => {
  const token = freshToken();
  if (token) event.detail.headers["X-CSRFToken"] = token;
});

// On a phone the rooms scroll sideways: the current one must be among those in view.
const room = document.querySelector(".rooms [aria-current]");
if (room) room.parentNode.scrollLeft = room.offsetLeft - (room.parentNode.clientWidth - room.offsetWidth) / 2;
