// Turns the rows of sources and appearances into cards: pasted addresses, keys, order, removal with “Undo”.
const LIVE = ".card:not(.empty-form)";
const cardsOf = (group) => [...group.querySelectorAll(LIVE)];
const field = (card, name) => card.querySelector(`[name$="-${name}"]`);
const isRemoved = (card) => card.classList.contains("removed");
const valueOf = (card, name) => field(card, name)?.value ?? "";
const nameOf = (card) => ["title", "url", "name", "description"].map((name) => valueOf(card, name)).find(Boolean) ?? "";

function change(input, value) {
  input[input.type === "checkbox" ? "checked" : "value"] = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

function say(group, message, value = "") {
  group.querySelector(".said").textContent = group.dataset[message].replace("{}", value);
}

// Addresses in text, and behind the links of HTML.
function addressesIn(text, html = "") {
  const linked = [...new DOMParser().parseFromString(html, "text/html").querySelectorAll("a[href]")];
  const words = text.split(/[\s<>"'`|]+|[,;](?=https?:|www\.)/i);
  const found = words.flatMap((word) => word.match(/(https?:\/\/|www\.).*/i)?.[0] ?? []).map(withoutPunctuation);
  if (!found.length && /^[^\s@]+\.[^\s@]+$/.test(text.trim())) {
    found.push(`https://${text.trim()}`);
  }
  const all = [...found, ...linked.map((link) => link.getAttribute("href"))];
  return all.map((address) => address.replace(/^www\./i, "https://www.")).filter((address) => keyOf(address));
}
function withoutPunctuation(word) {
  let address = word.replace(/[.,;:!?…»”’*]+$/, "");
  const count = (sign) => address.split(sign).length;
  for (const [open, close] of ["()", "[]", "{}"]) {
    while (address.endsWith(close) && count(close) > count(open)) {
      address = address.slice(0, -1).replace(/[.,;:!?]+$/, "");
    }
  }
  return address;
}
// Two addresses with the same key lead to the same page.
function keyOf(address) {
  if (!/^https?:\/\/./i.test(address) || !URL.canParse(address)) {
    return null;
  }
  const url = new URL(address);
  for (const name of [...url.searchParams.keys()]) {
    if (/^(utm_|fbclid$|gclid$)/.test(name)) {
      url.searchParams.delete(name);
    }
  }
  return url.host.replace(/^www\./, "") + url.pathname.replace(/\/$/, "") + url.search;
}

function addAddresses(group, addresses) {
  const known = new Map(cardsOf(group).filter((card) => !isRemoved(card)).map((card) => [keyOf(field(card, "url").value), card]));
  const added = [];
  const duplicates = new Set();
  for (const address of addresses) {
    const same = known.get(keyOf(address));
    if (same) {
      if (!added.includes(same)) {
        duplicates.add(same);
      }
      continue;
    }
    const card = addCard(group);
    known.set(keyOf(address), card);
    added.push(card);
    change(field(card, "url"), address);
    unfold(card, false);
    if (field(card, "accessed_on")) {
      change(field(card, "accessed_on"), new Date().toLocaleDateString("sv"));
    }
  }
  number(group);
  const places = [...duplicates].map((card) => `${nameOf(card)} (${cardsOf(group).indexOf(card) + 1})`);
  const parts = [...(added.length ? [["added", added.length]] : []), ...(places.length ? [["known", places.join(", ")]] : [])];
  const said = (parts.length ? parts : [["none"]]).map(([message, value]) => group.dataset[message].replace("{}", value));
  group.querySelector(".said").textContent = said.join(" ");
  for (const card of duplicates) {
    card.classList.add("known");
    setTimeout(() => card.classList.remove("known"), 4000);
  }
  const first = added[0] ?? [...duplicates][0];
  if (first) {
    focusChoice(first);
  }
}

// Django's own script adds the row, so that other scripts hear of it as usual.
function addCard(group) {
  group.querySelector(".add-row a").click();
  return cardsOf(group).at(-1);
}

function focusChoice(card) {
  (card.querySelector(".line :checked[type=radio]") ?? card.querySelector(".line [type=radio]")).focus();
}

// The order on the screen is the order that readers see. An empty card stays unchanged, so that it isn't saved.
function number(group) {
  const placed = cardsOf(group).filter((card) => !isRemoved(card) && nameOf(card) && field(card, "position"));
  for (const [place, card] of placed.entries()) {
    if (field(card, "position").value !== String(place + 1)) {
      change(field(card, "position"), place + 1);
    }
  }
}
function move(card, steps) {
  const group = card.closest(".cards");
  const cards = cardsOf(group).filter((each) => !isRemoved(each));
  const other = cards[cards.indexOf(card) + steps];
  if (!other || !field(card, "position")) {
    return;
  }
  const focused = document.activeElement;
  other[steps < 0 ? "before" : "after"](card);
  focused.focus();
  number(group);
  say(group, "moved", field(card, "position").value);
}

function show(card) {
  const address = valueOf(card, "url");
  const link = card.querySelector(".host");
  link.removeAttribute("href");
  if (keyOf(address)) {
    link.href = address;
    link.title = new URL(address).host;
  }
  // A source without a title is recognised by its address.
  const title = field(card, "title");
  if (title) {
    title.placeholder = address.replace(/^https?:\/\/(www\.)?/, "") || title.title;
  }
  card.querySelector(".inline_label").textContent = nameOf(card);
  card.querySelector(".undo b").textContent = nameOf(card);
  card.classList.toggle("removed", field(card, "DELETE").checked);
}
function unfold(card, open) {
  card.classList.toggle("open", open);
  card.querySelector(".unfold").setAttribute("aria-expanded", open);
}
function prepare(card) {
  const index = card.id.split("-").at(-1);
  const heading = card.querySelector("h3");
  heading.id = `${card.id}-name`;
  card.setAttribute("aria-labelledby", heading.id);
  for (const described of card.querySelectorAll("[aria-describedby]")) {
    described.setAttribute("aria-describedby", described.getAttribute("aria-describedby").replace("__prefix__", index));
  }
  const asksReason = card.querySelector(".capture").dataset.state === "failed" && !valueOf(card, "no_capture_reason");
  unfold(card, asksReason || Boolean(card.querySelector(".more .errorlist")) || !(valueOf(card, "url") || valueOf(card, "answer")));
  show(card);
}

const ACTIONS = {
  add: (group) => {
    const box = group.querySelector(".paste textarea");
    const found = addressesIn(box.value);
    if (found.length) {
      box.value = "";
    }
    addAddresses(group, found);
  },
  // Fills in the reason of all cards whose pages refuse to be copied.
  reason: (group) => {
    const reason = group.querySelector(".one-reason input").value.trim();
    const cards = cardsOf(group).filter((card) => card.matches(".uncopied:not(.removed)") && !field(card, "no_capture_reason").value);
    for (const card of reason ? cards : []) {
      change(field(card, "no_capture_reason"), reason);
    }
    say(group, "explained", reason ? cards.length : 0);
  },
  unfold: (_group, card) => unfold(card, !card.classList.contains("open")),
  up: (_group, card) => move(card, -1),
  down: (_group, card) => move(card, 1),
  remove: (group, card) => {
    change(field(card, "DELETE"), true);
    number(group);
    card.querySelector("[data-do=undo]").focus();
    say(group, "removed");
  },
  undo: (group, card) => {
    change(field(card, "DELETE"), false);
    number(group);
    focusChoice(card);
    say(group, "restored");
  },
};

// A letter chooses and goes on to the next card that has no choice yet. The same letter again takes the choice back.
function choose(group, card, key) {
  const tick = [...card.querySelectorAll(".line [type=checkbox]")].find((box) => box.labels[0]?.querySelector("kbd")?.textContent === key);
  const radio = [...card.querySelectorAll(".line [type=radio]")].find((each) => each.labels[0]?.querySelector("kbd")?.textContent === key);
  if (tick) {
    change(tick, !tick.checked);
  } else if (radio) {
    radio.checked = !radio.checked;
    change(radio, radio.value);
    radio.focus();
    const waits = (each) => !isRemoved(each) && !each.querySelector(".line :checked[type=radio]");
    const cards = cardsOf(group);
    const next = radio.checked && cards.slice(cards.indexOf(card) + 1).find(waits);
    if (next) {
      focusChoice(next);
    }
  }
  return Boolean(tick ?? radio);
}

function onKey(event) {
  const group = event.currentTarget;
  const card = event.target.closest(LIVE);
  const types = event.target.matches("textarea, select, input:not([type=radio], [type=checkbox])");
  const steps = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  let done = false;
  if (event.key === "Enter" && event.target.matches(".paste :is(textarea, input)")) {
    ACTIONS[event.target.matches("input") ? "reason" : "add"](group);
    done = true;
  } else if (card && steps && (event.altKey ? !event.target.matches("select") : event.target.matches(".grip"))) {
    move(card, steps);
    done = true;
  } else if (card && !types && !event.ctrlKey && !event.metaKey && !event.altKey) {
    done = choose(group, card, event.key.toUpperCase());
  }
  if (done) {
    event.preventDefault();
  }
}

function onPaste(event) {
  const data = event.clipboardData;
  const found = event.target.matches(".paste textarea") && addressesIn(data.getData("text/plain"), data.getData("text/html"));
  if (found && (found.length || data.getData("text/plain"))) {
    if (found.length) {
      event.preventDefault();
    }
    addAddresses(event.currentTarget, found);
  }
}

// Drags with a mouse, a finger or a pen.
function onGrip(event) {
  const grip = event.target.closest(".grip");
  const card = grip?.closest(LIVE);
  if (!card) {
    return;
  }
  const group = card.closest(".cards");
  const drag = ({ clientY }) => {
    const over = cardsOf(group).find((each) => each !== card && within(each, clientY));
    if (over) {
      const box = over.getBoundingClientRect();
      over[clientY < box.top + box.height / 2 ? "before" : "after"](card);
    }
  };
  const within = (each, y) => y > each.getBoundingClientRect().top && y < each.getBoundingClientRect().bottom;
  const drop = () => {
    grip.removeEventListener("pointermove", drag);
    card.classList.remove("dragged");
    number(group);
    say(group, "moved", field(card, "position").value);
  };
  event.preventDefault();
  grip.focus();
  grip.setPointerCapture(event.pointerId);
  card.classList.add("dragged");
  grip.addEventListener("pointermove", drag);
  grip.addEventListener("lostpointercapture", drop, { once: true });
}

function start(group) {
  group.classList.add("on");
  // A card without a choice has no chosen button. The rows without JavaScript have one for “not chosen yet”.
  group.querySelectorAll(".line [type=radio][value='']").forEach((radio) => radio.closest("div").remove());
  // Rows that nobody has filled in aren't needed: pasting adds rows.
  for (const card of cardsOf(group).filter((each) => !nameOf(each) && !each.querySelector(".errorlist"))) {
    card.querySelector(".inline-deletelink")?.click();
  }
  cardsOf(group).forEach(prepare);
  group.addEventListener("formset:added", ({ target }) => prepare(target));
  group.addEventListener("input", ({ target }) => {
    if (target.closest(LIVE)) {
      show(target.closest(LIVE));
      number(group);
    }
  });
  group.addEventListener("click", ({ target, isTrusted }) => {
    const button = target.closest("[data-do]");
    if (button) {
      ACTIONS[button.dataset.do](group, button.closest(LIVE));
    } else if (isTrusted && target.closest(".add-row")) {
      const card = cardsOf(group).at(-1);
      (field(card, "title") ?? field(card, "url") ?? field(card, "name")).focus();
    }
  });
  // Addresses that are typed, but not added yet, are saved too.
  const box = group.querySelector(".paste textarea");
  group.closest("form").addEventListener("submit", () => box?.value.trim() && ACTIONS.add(group), { capture: true });
  group.addEventListener("keydown", onKey);
  group.addEventListener("paste", onPaste);
  group.addEventListener("pointerdown", onGrip);
}
// After Django's own script, which adds and removes rows.
window.django.jQuery(() => document.querySelectorAll(".cards").forEach(start));
