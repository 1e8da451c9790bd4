// The board without page loads: a change is sent, the board of the answer replaces the old one, and the focus stays on
// the card. Without this script, each change is an ordinary form.
const board = () => document.getElementById("board");
const dialog = document.getElementById("board-conflict");
const said = document.getElementById("board-said");

let sending;
const send = async (form, submitter) => {
  const body = new FormData(form, submitter);
  for (const field of form.elements) {
    delete field.dataset.typed; // it is saved now
  }
  const card = form.closest(".board-card")?.id ?? dialog.dataset.card;
  const response = await fetch(form.action, { method: "POST", body });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const next = page.getElementById("board");
  if (!next) {
    ask(page, response, card);
    return;
  }
  dialog.close();
  // The person may have gone on to another part of the board in the meantime.
  const focused = document.activeElement.closest("#board") ? document.activeElement : null;
  board().replaceWith(next);
  start();
  said.textContent = [...page.querySelectorAll(".messagelist li")].map((line) => line.textContent.trim()).join(" ");
  const now = document.getElementById(focused?.closest(".board-card")?.id ?? card);
  const { name = "", dataset: { sign = "" } = {} } = focused ?? {};
  const same = name && now?.querySelector(`[name="${name}"]${sign && `[data-sign="${sign}"]`}`);
  (same || now?.querySelector(".title"))?.focus();
};

// Shows both states, and how to go on, when somebody else was quicker or the change was refused.
const ask = (page, response, card) => {
  const content = page.getElementById("content");
  if (!content || response.redirected) {
    location.reload(); // the session has ended
    return;
  }
  dialog.dataset.card = card;
  dialog.replaceChildren(...content.childNodes);
  for (const form of dialog.querySelectorAll("form")) {
    form.action = response.url;
  }
  if (!dialog.open) {
    dialog.showModal();
  }
};

document.addEventListener("submit", (event) => {
  if (event.target.closest("#board .tools, #board-conflict form")) {
    event.preventDefault();
    event.stopImmediatePropagation();
    sending ??= send(event.target, event.submitter).finally(() => {
      sending = undefined;
    });
  }
}, true);
dialog.addEventListener("click", (event) => {
  if (event.target.closest(".closelink")) {
    event.preventDefault();
    dialog.close();
    location.reload();
  }
});
// A choice by mouse is saved at once. A browser also reports each key as a change, so what is typed is saved with Enter,
// or when the person leaves the field.
const isChanged = ({ form, name, value }) => form.elements[`initial-${name}`].value !== value;
const save = ({ form }) => form.requestSubmit(form.querySelector(".save"));
const isField = (target) => target.matches("#board .tools :is(select, input)");
document.addEventListener("change", ({ target }) => {
  if (isField(target) && !target.dataset.typed && isChanged(target)) {
    save(target);
  }
});
document.addEventListener("focusout", ({ target }) => {
  if (isField(target) && target.dataset.typed && isChanged(target)) {
    save(target);
  }
});
document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (!isField(target)) {
    return;
  }
  target.dataset.typed = "yes";
  if (key === "Enter" && isChanged(target)) {
    event.preventDefault();
    save(target);
  }
});

const cardsOf = (column) => [...column.querySelectorAll("li > .title")];
const go = (title, key) => {
  const columns = [...board().querySelectorAll(".board-column")].map(cardsOf).filter((titles) => titles.length);
  const at = columns.findIndex((titles) => titles.includes(title));
  const row = columns[at].indexOf(title);
  const side = columns[at + { ArrowRight: 1, ArrowLeft: -1 }[key]];
  (side ? side[Math.min(row, side.length - 1)] : columns[at][row + { ArrowDown: 1, ArrowUp: -1 }[key]])?.focus();
};
const KEYS = {
  m: ({ owner }) => {
    owner.value = board().dataset.me;
    save(owner);
  },
  o: ({ owner }) => owner.focus(),
  d: (tools) => (tools.due_on ?? tools.check_again_on).focus(),
  u: ({ urgent }) => urgent?.click(),
};
const onKey = (event) => {
  const { key, shiftKey, target } = event;
  const title = target.closest("li")?.querySelector(".title");
  if (!title || target.matches("select, input") || event.ctrlKey || event.altKey || event.metaKey) {
    return;
  }
  if (sending) { // the card changes just now, so the key waits for the new state
    event.preventDefault();
    sending.then(() => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey, bubbles: true })));
    return;
  }
  const tools = title.parentElement.querySelector(".tools");
  const move = shiftKey && { ArrowLeft: "←", ArrowRight: "→" }[key];
  if (move) {
    tools?.querySelector(`[data-sign="${move}"]`)?.click();
  } else if (key.startsWith("Arrow")) {
    go(title, key);
  } else if (tools && key.toLowerCase() in KEYS) {
    KEYS[key.toLowerCase()](tools.elements);
  } else {
    return;
  }
  event.preventDefault();
};
const start = () => {
  board().classList.add("scripted");
  board().addEventListener("keydown", onKey);
};
start();
