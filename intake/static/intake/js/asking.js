// Hides what hangs on another answer of the page until that answer is given. Without
// this everything is shown, and the server asks for no more than it should.

function chosen(form, name) {
  return form.querySelector(`input[name="${CSS.escape(name)}"]:checked`)?.value ?? "";
}

function show(form) {
  for (const part of form.querySelectorAll("[data-after]")) {
    const value = chosen(form, part.dataset.after);
    const asked = part.dataset.is
      ? part.dataset.is.split(" ").includes(value)
      : value !== "" && value !== part.dataset.isNot;
    const hidden = part.closest("[hidden]");
    part.hidden = !asked || Boolean(hidden && hidden !== part);
  }
}

for (const form of document.querySelectorAll(".request-form")) {
  for (const hint of form.querySelectorAll("[data-without-script]")) hint.remove();
  form.addEventListener("change", () => show(form));
  show(form);
}

// Back from a later page the browser may fill in what was chosen without an event.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll(".request-form")) show(form);
});
