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
// Goes to the search with Ctrl+/ or ⌘/, from anywhere on the page.
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    document.getElementById("find-header")?.select();
  }
});
// Shows the results again after the back button. They were sent by POST, so the browser can't ask for them again. The
// typed words stay in this tab, and no URL contains them.
const SEARCH = "find";
document.addEventListener("submit", ({ target }) => {
  if (target.matches(".find-box")) sessionStorage.setItem(SEARCH, target.elements.q.value);
});
if (document.querySelector(".found")) {
  const box = document.getElementById("find-header");
  history.replaceState(null, "");
  if (box && !box.value && (box.value = sessionStorage.getItem(SEARCH) ?? "")) box.form.requestSubmit();
}
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
// Takes the passage that was marked last to the page on which it is forgotten. No URL and no journal contains it.
const PASSAGE = "passage-to-forget";
const forgets = document.querySelector("[data-forget]");
let marked = "";
document.addEventListener("selectionchange", () => {
  const { activeElement: field } = document;
  const inField = /^(INPUT|TEXTAREA)$/.test(field?.tagName) ? field.value.slice(field.selectionStart, field.selectionEnd) : "";
  marked = inField || getSelection().toString() || marked;
});
forgets?.addEventListener("click", () => sessionStorage.setItem(PASSAGE, marked));
const passage = document.querySelector("[data-passage] textarea[name=text]");
if (passage) {
  passage.value ||= sessionStorage.getItem(PASSAGE) ?? "";
}
sessionStorage.removeItem(PASSAGE);
// Fills in a moment in the newsroom's zone: now, or in some hours.
document.addEventListener("click", ({ target }) => {
  const place = target.closest?.("[data-hours]")?.parentElement;
  if (place) {
    const moment = new Date(Date.now() + target.dataset.hours * 3_600_000);
    const options = { timeZone: place.dataset.zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    const part = Object.fromEntries(new Intl.DateTimeFormat("en", options).formatToParts(moment).map(({ type, value }) => [type, value]));
    const field = place.parentElement.querySelector("input");
    field.value = `${part.hour}:${part.minute} ${part.day}/${part.month}/${part.year}`;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
});
// Counts down to the deadlines of demands. Screen readers hear the time itself.
const clocks = [...document.querySelectorAll("[data-until]")].map((time) => {
  const clock = time.insertAdjacentElement("afterend", document.createElement("b"));
  clock.setAttribute("aria-hidden", "true");
  return [clock, Date.parse(time.dateTime)];
});
function tick() {
  for (const [clock, until] of clocks) {
    const left = Math.max(0, Math.floor((until - Date.now()) / 1000));
    clock.nextElementSibling.hidden = left > 0;
    clock.textContent = [left / 3600, (left / 60) % 60, left % 60].map((number) => String(Math.floor(number)).padStart(2, "0")).join(":");
  }
}
if (clocks.length) {
  tick();
  setInterval(tick, 1000);
}
