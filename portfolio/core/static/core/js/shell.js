// The frame of every page: search by keyboard, and focus on what went wrong.

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
