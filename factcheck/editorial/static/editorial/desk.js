// Ignores a second click, which would only result in an error.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) {
    event.preventDefault();
  }
  event.target.dataset.sent = "yes";
});
// A publication in parts continues while the page is open.
document.querySelector("form.goes-on")?.requestSubmit();
// Unlocks the form when the person returns to it with the back button.
window.addEventListener("pageshow", ({ persisted }) => {
  for (const form of persisted ? document.forms : []) {
    delete form.dataset.sent;
  }
});
// Ticks the checkbox when “public figure” is chosen.
document.addEventListener("change", ({ target }) => {
  if (target.dataset.ticks) {
    target.form.elements[target.dataset.ticks].checked = target.value === "person";
  }
});
