// A second click while the first is under way would only bring a refusal to the screen.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) {
    event.preventDefault();
  }
  event.target.dataset.sent = "yes";
});
// What is done in parts goes on by itself, so long as the page is open.
document.querySelector("form.goes-on")?.requestSubmit();
// Coming back by the browser's button must not find the form locked.
window.addEventListener("pageshow", ({ persisted }) => {
  for (const form of persisted ? document.forms : []) {
    delete form.dataset.sent;
  }
});
// Who chooses that a claimant is a public figure has said it, and need not tick it as well.
document.addEventListener("change", ({ target }) => {
  if (target.dataset.ticks) {
    target.form.elements[target.dataset.ticks].checked = target.value === "person";
  }
});
