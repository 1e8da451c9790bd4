// Ignores a second click, which would only show a refusal.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) {
    event.preventDefault();
  }
  event.target.dataset.sent = "yes";
});
// A publication in parts continues while the page is open.
document.querySelector("form.goes-on")?.requestSubmit();
// Unlocks the form when the person returns with the back button.
window.addEventListener("pageshow", ({ persisted }) => {
  for (const form of persisted ? document.forms : []) {
    delete form.dataset.sent;
  }
});
// Ticks the box together with the choice “public figure”.
document.addEventListener("change", ({ target }) => {
  if (target.dataset.ticks) {
    target.form.elements[target.dataset.ticks].checked = target.value === "person";
  }
});
