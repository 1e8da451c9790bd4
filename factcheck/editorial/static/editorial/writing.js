// The screen on which a review is written: the editor, the claim beside the text, menus, and saving with the keyboard.
import { startEditor } from "./writing_tools.js";

const form = document.getElementById("review_form");

// On a small screen the claim is folded, unless something in it has to be corrected or chosen.
const panel = document.querySelector(".claim-panel > details");
const wide = matchMedia("(min-width: 64rem)");
function foldPanel() {
  panel.open = wide.matches || Boolean(panel.querySelector(".errorlist, .quiet"));
}
if (panel) {
  wide.addEventListener("change", foldPanel);
  foldPanel();
}

// Shows the claim that was chosen. select2 only fires jQuery's events.
const facts = document.querySelector("[data-claim-facts]");
window.django?.jQuery("#id_claim").on("change", async ({ target }) => {
  if (facts && target.value) {
    const response = await fetch(facts.dataset.claimFacts.replace(/[0-]{36}/, target.value));
    if (response.ok) {
      facts.innerHTML = await response.text();
    }
  }
});

// Only one menu of the save bar is open at a time. Escape and a click elsewhere close it.
const menus = [...document.querySelectorAll(".save-bar details")];
document.addEventListener("click", ({ target }) => {
  menus.filter((menu) => !menu.contains(target)).forEach((menu) => (menu.open = false));
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const open = menus.find((menu) => menu.open && menu.contains(document.activeElement));
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  }
  const save = form?.querySelector(".save-bar [name=_continue]");
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "s" && save) {
    event.preventDefault();
    form.requestSubmit(save);
  }
});

const body = document.getElementById("id_body");
const tools = document.getElementById("editor-tools");
if (body && tools) {
  startEditor(body, tools);
}
