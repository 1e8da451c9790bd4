// Shows what became of each card's capture, fills in the fields that the capture knows, and uploads own copies.
const LIVE = ".card:not(.empty-form)";
const SOON = 2000; // milliseconds
const LATEST = 15000;
const field = (card, name) => card.querySelector(`[name$="-${name}"]`);
const waits = (card) => card.querySelector(".capture").dataset.state === "waiting";

function show(card, text, state) {
  const line = card.querySelector(".capture");
  line.dataset.state = state;
  if (line.textContent !== text) {
    line.textContent = text;
  }
}

function apply(card, { url, state, text, values }) {
  if (card.classList.contains("uploads") || url !== field(card, "url").value.trim()) {
    return; // the address has changed since it was saved
  }
  const isNew = card.querySelector(".capture").dataset.state !== state;
  show(card, text, state);
  for (const [name, value] of isNew ? Object.entries(values) : []) {
    const input = field(card, name);
    if (input && !input.value) {
      input.value = value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
}

async function refresh(group, cards) {
  const byId = new Map(cards.map((card) => [field(card, "id")?.value, card]).filter(([id]) => id));
  if (!byId.size) {
    return;
  }
  const answer = await fetch(`${group.dataset.captures}?ids=${[...byId.keys()].join(",")}`);
  for (const [id, state] of answer.ok ? Object.entries(await answer.json()) : []) {
    apply(byId.get(id), state);
  }
}

// Asks more and more rarely while the worker is busy.
function watch(group) {
  let timer;
  let pause;
  async function ask(cards) {
    clearTimeout(timer);
    await refresh(group, cards).catch(() => {}); // offline: the next question follows
    if (waiting().length) {
      timer = setTimeout(() => ask(waiting()), pause);
      pause = Math.min(pause * 1.5, LATEST);
    }
  }
  const waiting = () => [...group.querySelectorAll(LIVE)].filter(waits);
  return (cards) => {
    pause = SOON;
    return ask(cards ?? waiting());
  };
}

for (const group of document.querySelectorAll(".cards")) {
  const ask = watch(group);
  ask();
  // A saved row can have a new capture.
  document.addEventListener("draft:saved", () => ask([...group.querySelectorAll(LIVE)]));
}
