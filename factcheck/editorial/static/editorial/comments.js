// Sends comments without leaving the page, keeps what isn't sent in this browser, and completes names after an @.
import { forget, keep, keyOf, readKept } from "./kept_text.js";

const form = document.getElementById("comment-form");
const panel = () => document.getElementById("comments");
const key = form && keyOf(panel().dataset.commentsOf, form.getAttribute("action"), "comments");
const texts = () => [...form.elements].filter((field) => field.tagName === "TEXTAREA");
const unsent = () => texts().filter((field) => field.value.trim());

function keepTyped() {
  const typed = unsent().map((field) => [field.name, field.value]);
  if (typed.length) {
    keep(key, typed);
  } else {
    forget(key);
  }
}

function fillTyped() {
  for (const [name, value] of readKept(key)?.values ?? []) {
    const field = texts().find((each) => each.name === name);
    if (field && !field.value) {
      field.value = value;
    }
  }
}

// Sends the comment, and shows the comments of the answer. Other texts that were typed stay.
async function send(button) {
  const typed = button?.name === "answer" ? `answer-${button.value}` : "comment";
  const response = await fetch(form.action, { method: "POST", body: new FormData(form, button) });
  const answered = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("comments");
  if (!response.ok || !answered) {
    throw new Error(String(response.status));
  }
  const refused = Boolean(answered.querySelector(".errornote"));
  if (!refused && button?.name !== "resolve") {
    form.elements[typed].value = "";
  }
  keepTyped();
  answered.querySelector("script[src]")?.remove();
  panel().replaceWith(answered);
  fillTyped();
  return !refused;
}

async function sendOrSay(button) {
  try {
    return await send(button);
  } catch {
    panel().querySelector("[data-comment-status]").textContent = panel().dataset.offline;
    return false;
  }
}

// A comment that was typed but not sent goes with the form of the page. Otherwise, the next page would hide it.
async function submitted(event) {
  const isOwn = event.target === form;
  const [field] = isOwn || event.target.method !== "post" || !event.target.closest("#content") ? [] : unsent();
  if (!isOwn && !field) {
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  const { submitter } = event;
  const button = isOwn ? submitter : field.closest(".comment-thread, .comment-new").querySelector("button");
  const sent = await sendOrSay(button);
  if (sent && !isOwn) {
    event.target.requestSubmit(submitter);
    return;
  }
  const place = sent ? document.getElementById(`comment-${button?.value || "text"}`) : panel().querySelector(".errornote, [data-comment-status]");
  const shown = place?.querySelector("summary") ?? place;
  if (!sent && shown) {
    shown.tabIndex = -1;
  }
  shown?.focus();
}

// The names that begin with what stands between the last @ and the cursor.
function matches(field) {
  const typed = field.value.slice(0, field.selectionStart).match(/@([^@\n]{0,60})$/)?.[1].toLocaleLowerCase();
  const names = JSON.parse(panel().dataset.names);
  const begins = typed === undefined ? [] : names.filter((name) => name.toLocaleLowerCase().startsWith(typed));
  return begins.slice(0, 8).map((name) => [name, typed.length]);
}

function closeNames() {
  document.querySelector(".comment-names")?.remove();
  document.activeElement?.removeAttribute("aria-activedescendant");
}

function choose(field, name, length) {
  field.setRangeText(`${name} `, field.selectionStart - length, field.selectionStart, "end");
  closeNames();
  field.focus();
  keepTyped();
}

function select(field, option) {
  option.parentElement.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
  option.setAttribute("aria-selected", "true");
  field.setAttribute("aria-activedescendant", option.id);
}

function offerNames(field) {
  closeNames();
  const found = matches(field);
  if (!found.length) {
    return;
  }
  const list = Object.assign(document.createElement("ul"), { className: "comment-names", id: "comment-names-list" });
  list.setAttribute("role", "listbox");
  found.forEach(([name, length], number) => {
    const option = Object.assign(document.createElement("li"), { id: `comment-name-${number}`, textContent: name });
    option.setAttribute("role", "option");
    option.addEventListener("mousedown", (event) => {
      event.preventDefault();
      choose(field, name, length);
    });
    list.append(option);
  });
  field.setAttribute("aria-controls", list.id);
  field.after(list);
  select(field, list.firstElementChild);
}

function pressed(event) {
  const chosen = document.querySelector(".comment-names [aria-selected=true]");
  if (!chosen || !["ArrowDown", "ArrowUp", "Enter", "Tab", "Escape"].includes(event.key)) {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  if (event.key === "Escape") {
    closeNames();
  } else if (event.key.startsWith("Arrow")) {
    select(event.target, (event.key === "ArrowDown" ? chosen.nextElementSibling : chosen.previousElementSibling) ?? chosen);
  } else {
    chosen.dispatchEvent(new Event("mousedown", { cancelable: true }));
  }
}

if (form) {
  const isText = ({ target }) => target.form === form && target.tagName === "TEXTAREA";
  document.addEventListener("submit", submitted, true);
  document.addEventListener("input", (event) => isText(event) && (keepTyped(), offerNames(event.target)));
  document.addEventListener("keydown", (event) => isText(event) && pressed(event), true);
  document.addEventListener("focusout", (event) => isText(event) && closeNames());
  fillTyped();
}
