// Shows what became of each card's capture, fills in the fields that the capture knows, and uploads own copies.
const LIVE = ".card:not(.empty-form)";
const SOON = 2000; // milliseconds
const LATEST = 15000;
const MOST = 60; // questions in a row, so that a page that nobody uses doesn't keep its session alive
const field = (card, name) => card.querySelector(`[name$="-${name}"]`);
const waits = (card) => card.querySelector(".capture").dataset.state === "waiting";

function show(card, text, state, page) {
  const line = card.querySelector(".capture");
  const link = line.querySelector("a");
  line.dataset.state = state;
  card.classList.toggle("uncopied", state === "failed");
  link.textContent = text;
  link.removeAttribute("href");
  if (page) {
    link.href = page;
  }
  // One of the details is the reason why there is no copy.
  if (state === "failed" && !card.classList.contains("open")) {
    card.querySelector(".unfold").click();
  }
}

function apply(card, { url, state, text, page, values }) {
  if (card.classList.contains("uploads") || url !== field(card, "url").value.trim()) {
    return; // the address has changed since it was saved
  }
  const isNew = card.querySelector(".capture").dataset.state !== state;
  show(card, text, state, page);
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
  let left;
  async function ask(cards) {
    clearTimeout(timer);
    await refresh(group, cards).catch(() => {}); // offline: the next question follows
    left -= 1;
    if (left && waiting().length) {
      timer = setTimeout(() => ask(waiting()), pause);
      pause = Math.min(pause * 1.5, LATEST);
    }
  }
  const waiting = () => [...group.querySelectorAll(LIVE)].filter(waits);
  return (cards) => {
    pause = SOON;
    left = MOST;
    return ask(cards ?? waiting());
  };
}

// Sends a form for the card's row. A new row waits until the draft has been saved.
function send(group, card, address, file) {
  const id = field(card, "id").value;
  if (!id) {
    show(card, group.dataset.unsaved, "unsaved");
    return new Promise((resolve) => {
      const retry = () => send(group, card, address, file).then(resolve);
      document.addEventListener("draft:saved", retry, { once: true });
    });
  }
  const form = new FormData();
  form.append(group.dataset.row, id);
  if (file) {
    form.append("file", file);
  }
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("X-CSRFToken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      show(card, `${group.dataset.uploading} ${Math.floor((100 * loaded) / total)} %`, "uploading");
    });
    request.addEventListener("loadend", () => resolve(request.status === 200 ? null : (request.response?.error ?? group.dataset.failed)));
    request.send(form);
  });
}

async function upload(group, card, file) {
  card.classList.add("uploads");
  const error = await send(group, card, group.dataset.upload, file);
  card.classList.remove("uploads");
  if (error) {
    show(card, error, "failed");
  } else {
    await refresh(group, [card]);
  }
  const text = card.querySelector(".capture").textContent;
  group.querySelector(".said").textContent = `${card.querySelector(".inline_label").textContent}: ${text}`;
}

function receiveFiles(group) {
  const cardOf = (event) => event.target.closest?.(LIVE);
  const receive = (event, files) => {
    if (cardOf(event) && files?.length) {
      event.preventDefault();
      upload(group, cardOf(event), files[0]);
    }
  };
  const mark = (event) => {
    const over = event.type === "dragover" && event.dataTransfer.types.includes("Files") && cardOf(event);
    for (const card of group.querySelectorAll(LIVE)) {
      card.classList.toggle("over", card === over);
    }
    if (over) {
      event.preventDefault();
    }
  };
  for (const name of ["dragover", "dragleave", "drop"]) {
    group.addEventListener(name, mark);
  }
  group.addEventListener("drop", (event) => receive(event, event.dataTransfer.files));
  group.addEventListener("paste", (event) => receive(event, event.clipboardData.files));
  group.addEventListener("change", (event) => {
    if (event.target.matches(".file")) {
      receive(event, event.target.files);
      event.target.value = "";
    }
  });
}

for (const group of document.querySelectorAll(".cards[data-captures]")) {
  const ask = watch(group);
  ask();
  receiveFiles(group);
  // A saved row can have a new capture.
  document.addEventListener("draft:saved", () => ask([...group.querySelectorAll(LIVE)]));
  group.addEventListener("click", async ({ target }) => {
    const card = target.closest(LIVE);
    if (target.matches(".choose")) {
      card.querySelector(".file").click();
    } else if (target.matches(".again")) {
      const error = await send(group, card, group.dataset.again);
      if (error) {
        show(card, error, "failed");
      } else {
        ask([card]);
      }
    }
  });
}
