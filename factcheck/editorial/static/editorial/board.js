// The board without page loads: a change is sent, the board of the answer replaces the old one, and the focus stays on
// the card. Without this script, each change is an ordinary form.
const board = () => document.getElementById("board");
const dialog = document.getElementById("board-conflict");
const said = document.getElementById("board-said");

const send = async (form, submitter) => {
  const body = new FormData(form, submitter);
  const card = form.closest(".board-card")?.id ?? dialog.dataset.card;
  const name = document.activeElement?.getAttribute("name") ?? "";
  const sign = document.activeElement?.dataset.sign ?? "";
  const response = await fetch(form.action, { method: "POST", body });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const next = page.getElementById("board");
  if (!next) {
    ask(page, response, card);
    return;
  }
  dialog.close();
  board().replaceWith(next);
  start();
  said.textContent = [...page.querySelectorAll(".messagelist li")].map((line) => line.textContent.trim()).join(" ");
  const now = document.getElementById(card);
  (now?.querySelector(`[name="${name}"][data-sign="${sign}"], [name="${name}"]:not([data-sign])`) ?? now?.querySelector(".title"))?.focus();
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
    send(event.target, event.submitter);
  }
}, true);
dialog.addEventListener("click", (event) => {
  if (event.target.closest(".closelink")) {
    event.preventDefault();
    dialog.close();
    location.reload();
  }
});
document.addEventListener("change", ({ target }) => {
  if (target.closest("#board .tools")) {
    target.form.requestSubmit(target.form.querySelector(".save"));
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
    owner.form.requestSubmit(owner.form.querySelector(".save"));
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
