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
// Opens and closes the navigation on a narrow window.
document.querySelector(".menu-button")?.addEventListener("click", ({ currentTarget }) => {
  currentTarget.setAttribute("aria-expanded", currentTarget.getAttribute("aria-expanded") === "false");
});
// Closes the account menu when the person clicks elsewhere or presses Escape.
const accountMenu = document.querySelector(".account-menu");
document.addEventListener("click", ({ target }) => {
  if (accountMenu?.open && !accountMenu.contains(target)) {
    accountMenu.open = false;
  }
});
accountMenu?.addEventListener("keydown", ({ key }) => {
  if (key === "Escape") {
    accountMenu.open = false;
    accountMenu.querySelector("summary").focus();
  }
});
