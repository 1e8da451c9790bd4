// Saves a draft while somebody is writing. Text that isn't saved yet is kept in this browser, for each person and draft.
const PAUSE = 3_000;
const AT_LEAST_EVERY = 10_000;
const HEARTBEAT = 20_000;
const KEPT_FOR = 30 * 24 * 60 * 60 * 1000;
const PREFIX = "draft:";
// These values differ from page to page, although the text is the same.
const NOT_TYPED = /^(csrfmiddlewaretoken|page|opened_version|_created|choice-.*|.*-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS|.*-id)$/;

function keptKeys(person = "") {
  return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX + person));
}

function readKept(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

for (const key of keptKeys()) {
  if (Date.now() - (readKept(key)?.at ?? 0) > KEPT_FOR) {
    localStorage.removeItem(key);
  }
}

// A page that was saved in the usual way, and wasn't refused, needs no copy of its text any more. The login page has
// saved nothing, so the text stays in this browser until the person has logged in.
const SENT = "draft-sent";
const hasSaved = document.getElementById("logout-form") && !document.querySelector(".errornote, .messagelist .error");
if (hasSaved && sessionStorage.getItem(SENT)) {
  localStorage.removeItem(sessionStorage.getItem(SENT));
}
sessionStorage.removeItem(SENT);

const settings = document.querySelector("[data-autosave]");
const form = settings?.closest("form");
if (form) {
  start();
}
document.querySelectorAll("[data-kept-to-copy]").forEach(offerCopy);

// A page that can't be edited now shows the texts that this browser has, so that the person can copy them.
function offerCopy(offer) {
  const keys = keptKeys(`${offer.dataset.keptToCopy}:${location.pathname}:`);
  const texts = keys.map(readKept).flatMap((kept) => kept?.values ?? []).map(([, value]) => value);
  offer.querySelector("pre").textContent = [...new Set(texts)].filter((text) => /\s|^https?:/.test(text.trim())).join("\n\n");
  offer.hidden = !keys.length;
  offer.querySelector("[data-drop]").addEventListener("click", () => {
    keys.forEach((key) => localStorage.removeItem(key));
    offer.hidden = true;
  });
}

// The next person at a shared computer must not find somebody's text. A page asks before it deletes unsaved text.
document.getElementById("logout-form")?.addEventListener("submit", (event) => {
  const keys = keptKeys();
  if (keys.length && !confirm(document.querySelector("script[data-ask]").dataset.ask)) {
    event.preventDefault();
    event.stopPropagation();
    return;
  }
  keys.forEach((key) => localStorage.removeItem(key));
});

function start() {
  const texts = settings.dataset;
  const page = form.elements.page;
  page.value = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const status = document.querySelector("[data-autosave-status]") ?? addStatus();
  // Every opened page keeps its own text, so that no page replaces the text of another page.
  let path = location.pathname;
  let key = keyOf(page.value);
  let url = texts.autosave;
  let openUrl = texts.open;
  let changes = 0; // counts the changes to the form
  let saved = 0; // the number of changes that the server has
  let unsavedSince = null;
  let timer = null;
  let running = null;
  let stopped = Boolean(form.querySelector(".conflict"));

  function keyOf(opened) {
    return `${PREFIX}${texts.person}:${path}:${opened}`;
  }

  function addStatus() {
    const element = document.createElement("p");
    element.className = "saved";
    element.setAttribute("role", "status");
    element.dataset.autosaveStatus = "";
    (form.querySelector(".submit-row") ?? form).append(element);
    return element;
  }

  function typedValues() {
    return [...new FormData(form)].filter(([, value]) => typeof value === "string");
  }

  function keep() {
    try {
      localStorage.setItem(key, JSON.stringify({ at: Date.now(), values: typedValues() }));
    } catch {
      // The browser's storage is full or switched off. The text stays in the form.
    }
  }

  function body(values) {
    const data = new FormData();
    values.forEach(([name, value]) => data.append(name, value));
    return data;
  }

  async function send(values, options) {
    const response = await fetch(url, {
      method: "POST",
      body: body(values),
      headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
      redirect: "manual",
      ...options,
    });
    if (!response.headers.get("Content-Type")?.startsWith("application/json")) {
      throw new Error([0, 200, 403].includes(response.status) ? "logged out" : "failed");
    }
    return [response.status, await response.json()];
  }

  function schedule() {
    clearTimeout(timer);
    const longest = unsavedSince + AT_LEAST_EVERY - Date.now();
    timer = setTimeout(() => save(), Math.max(0, Math.min(PAUSE, longest)));
  }

  function save(options) {
    clearTimeout(timer);
    running ??= saveNow(options).finally(() => {
      running = null;
    });
    return running;
  }

  async function saveNow(options) {
    if (stopped || saved === changes) {
      return;
    }
    const sent = changes;
    unsavedSince = Date.now();
    status.textContent = texts.saving;
    // Removing a row gives the later rows new numbers while the request is on its way.
    const ids = new Map([...form.elements].filter(({ name }) => name.endsWith("-id")).map((field) => [field.name, field]));
    try {
      const [code, answer] = await send(typedValues(), options);
      status.textContent = answer.status;
      if (code === 200) {
        saved = sent;
        adopt(answer, ids);
        if (saved === changes && !answer.problems.length) {
          localStorage.removeItem(key);
        }
        document.dispatchEvent(new CustomEvent("draft:saved", { detail: answer }));
      } else if (code === 409) {
        stopped = true;
        showConflict(answer);
      } else if (code === 422) {
        saved = sent; // the next change can make the draft savable
      } else {
        stopped = true;
      }
    } catch (problem) {
      status.textContent = problem.message === "logged out" ? texts.loggedOut : texts.offline;
      timer = setTimeout(() => save(), AT_LEAST_EVERY);
      return;
    }
    if (saved !== changes && !stopped) {
      schedule();
    }
  }

  // Gives the page the ids of the rows that have just been created.
  function adopt(answer, ids) {
    setHidden("opened_version", answer.version);
    for (const [prefix, rows] of Object.entries(answer.rows)) {
      for (const { index, id } of rows) {
        const field = ids.get(`${prefix}-${index}-id`);
        if (field) {
          field.value = id;
          field.disabled = false;
        }
      }
    }
    if (url !== answer.autosave_url) {
      localStorage.removeItem(key);
      url = answer.autosave_url;
      openUrl = answer.open_url;
      path = answer.url;
      key = keyOf(page.value);
      if (saved !== changes) {
        keep();
      }
      form.action = answer.url;
      history.replaceState(null, "", answer.url);
      setHidden("_created", "1");
      noteOpen();
    }
  }

  function setHidden(name, value) {
    const field = form.elements[name] ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name }));
    field.value = value;
  }

  function showConflict(answer) {
    setHidden("opened_version", answer.version);
    const place = form.querySelector("[data-conflict]");
    place.innerHTML = answer.html;
    place.querySelector(".conflict").focus();
  }

  // Fills the form with values that this browser kept.
  function fill(values) {
    const byName = Map.groupBy?.(values, ([name]) => name) ?? values.reduce((all, pair) => all.set(pair[0], [...(all.get(pair[0]) ?? []), pair]), new Map());
    for (const [name, [[, total]]] of byName) {
      const prefix = name.match(/^(.+)-TOTAL_FORMS$/)?.[1];
      for (let tries = 0; prefix && tries < 100 && Number(form.elements[name]?.value) < Number(total); tries += 1) {
        document.querySelector(`#${prefix}-group .add-row a`)?.click();
      }
    }
    for (const field of form.elements) {
      if (!field.name || NOT_TYPED.test(field.name) || !byName.has(field.name)) {
        continue;
      }
      const wanted = byName.get(field.name).map(([, value]) => value);
      if (field.type === "checkbox" || field.type === "radio") {
        field.checked = wanted.includes(field.value);
      } else if (field.tagName === "SELECT") {
        wanted.filter((value) => ![...field.options].some((option) => option.value === value))
          .forEach((value) => field.add(new Option(value, value)));
        [...field.options].forEach((option) => (option.selected = wanted.includes(option.value)));
      } else {
        field.value = wanted[0];
      }
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  // The server normalizes characters and spaces.
  function normalized(values) {
    const plain = ([name, value]) => [name, value.normalize("NFC").replace(/\s+/g, " ").trim()];
    return JSON.stringify(values.filter(([name]) => !NOT_TYPED.test(name)).map(plain).filter(([, value]) => value).sort());
  }

  // Offers the newest text that another page of this draft has kept, then the next one.
  function offerKept() {
    const shown = normalized(typedValues());
    const found = keptKeys(keyOf("").slice(PREFIX.length)).filter((each) => each !== key).map((each) => [each, readKept(each)]);
    found.filter(([, kept]) => !kept || normalized(kept.values) === shown).forEach(([each]) => localStorage.removeItem(each));
    const [newest] = found.filter(([each]) => localStorage.getItem(each)).sort(([, one], [, other]) => other.at - one.at);
    const offer = form.querySelector("[data-kept-text]");
    offer.hidden = stopped || !newest;
    if (offer.hidden) {
      return;
    }
    const [source, kept] = newest;
    offer.querySelector("time").textContent = new Date(kept.at).toLocaleString(document.documentElement.lang);
    offer.querySelector("[data-drop]").onclick = () => {
      localStorage.removeItem(source);
      offerKept();
    };
    offer.querySelector("[data-use]").onclick = async () => {
      offer.hidden = true;
      try {
        const [code, answer] = await send(kept.values);
        status.textContent = answer.status;
        if (code === 200) {
          localStorage.removeItem(source);
          location.assign(answer.url);
          return;
        }
        use(source, kept);
        if (code === 409) {
          stopped = true;
          showConflict(answer);
        }
      } catch {
        use(source, kept);
        status.textContent = texts.offline;
      }
    };
  }

  // From now on, this page keeps the text.
  function use(source, kept) {
    fill(kept.values);
    keep();
    localStorage.removeItem(source);
  }

  async function noteOpen() {
    if (!openUrl || document.hidden) {
      return;
    }
    const place = form.querySelector("p[data-editing]");
    try {
      const response = await fetch(openUrl, {
        method: "POST",
        headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
        redirect: "manual",
      });
      const { editors } = await response.json();
      place.hidden = !editors.length;
      place.textContent = editors.length ? `${texts.editing} ${editors.join(", ")}` : "";
    } catch {
      // Without a connection nobody knows who else is editing. The server asks for a comparison if somebody is.
    }
  }

  // A browser sends at most 64 kB after a page is closed. The text is also kept in the browser.
  function leave() {
    const size = new Blob(typedValues().flat()).size;
    save({ keepalive: size < 50_000 });
  }

  function changed({ target }) {
    if (target !== form && (!target.name || target.name.startsWith("choice-"))) {
      return; // for example, the box for addresses, which aren't part of the draft yet
    }
    changes += 1;
    if (saved === changes - 1) {
      unsavedSince = Date.now();
    }
    keep();
    if (!stopped) {
      status.textContent = texts.unsaved;
      schedule();
    }
  }

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  // The page's own save waits for the autosave, which may be creating rows.
  form.addEventListener("submit", (event) => {
    if (running) {
      event.preventDefault();
      event.stopPropagation();
      // After a conflict, the person first compares the two texts.
      running.finally(() => stopped || form.requestSubmit(event.submitter));
      return;
    }
    sessionStorage.setItem(SENT, key);
    stopped = true;
    clearTimeout(timer);
  });
  // The person returns with the back button.
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted) {
      stopped = Boolean(form.querySelector(".conflict"));
      noteOpen();
    }
  });
  // While the page loads, its scripts remove empty rows.
  document.addEventListener("formset:removed", () => navigator.userActivation?.hasBeenActive !== false && changed({ target: form }));
  window.addEventListener("online", () => save());
  window.addEventListener("pagehide", () => {
    leave();
    if (openUrl) {
      navigator.sendBeacon(openUrl, body([["closed", "1"], ["csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value]]));
    }
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : noteOpen()));
  setInterval(noteOpen, HEARTBEAT);
  offerKept();
  // The text of a refused page isn't saved.
  if (form.querySelector(".errornote")) {
    changed({ target: form });
  }
}
