// Saves a draft while somebody is writing.
import { fill, formData, idFields, normalized, setHidden, typedValues } from "./form_values.js";
import { forget, keep, keptKeys, keyOf, markSent, readKept } from "./kept_text.js";

const PAUSE = 3_000;
const AT_LEAST_EVERY = 10_000;
const HEARTBEAT = 20_000;
const KEEPALIVE = 50_000; // a browser sends at most 64 kB after a page is closed

class Autosave {
  changes = 0; // counts the changes to the form
  saved = 0; // the number of changes that the server has
  unsavedSince = null;
  timer = null;
  running = null;

  constructor(settings, form) {
    this.form = form;
    this.texts = settings.dataset;
    this.url = this.texts.autosave;
    this.openUrl = this.texts.open;
    form.elements.page.value = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    this.path = location.pathname;
    this.key = this.keyOfPage(form.elements.page.value);
    this.status = document.querySelector("[data-autosave-status]") ?? this.addStatus();
    this.checkConflict();
  }

  keyOfPage(page) {
    return keyOf(this.texts.person, this.path, page);
  }

  addStatus() {
    const element = document.createElement("p");
    element.className = "saved";
    element.setAttribute("role", "status");
    element.dataset.autosaveStatus = "";
    (this.form.querySelector(".submit-row") ?? this.form).append(element);
    return element;
  }

  checkConflict() {
    this.stopped = Boolean(this.form.querySelector(".conflict"));
  }

  typed() {
    return typedValues(this.form);
  }

  keep() {
    keep(this.key, this.typed());
  }

  post(url, options) {
    const headers = { "X-CSRFToken": this.form.elements.csrfmiddlewaretoken.value };
    return fetch(url, { method: "POST", headers, redirect: "manual", ...options });
  }

  async send(values, options) {
    const response = await this.post(this.url, { body: formData(values), ...options });
    if (!response.headers.get("Content-Type")?.startsWith("application/json")) {
      throw new Error([0, 200, 403].includes(response.status) ? "logged out" : [400, 413].includes(response.status) ? "too large" : "failed");
    }
    return [response.status, await response.json()];
  }

  changed({ target }) {
    if (target !== this.form && (target.form !== this.form || !target.name || target.name.startsWith("choice-"))) {
      return; // for example, a comment, or the box for addresses, which aren't part of the draft yet
    }
    this.changes += 1;
    if (this.saved === this.changes - 1) {
      this.unsavedSince = Date.now();
    }
    this.keep();
    if (!this.stopped) {
      this.status.textContent = this.texts.unsaved;
      this.schedule();
    }
  }

  schedule() {
    clearTimeout(this.timer);
    const longest = this.unsavedSince + AT_LEAST_EVERY - Date.now();
    this.timer = setTimeout(() => this.save(), Math.max(0, Math.min(PAUSE, longest)));
  }

  save(options) {
    clearTimeout(this.timer);
    this.running ??= this.saveNow(options).finally(() => {
      this.running = null;
    });
    return this.running;
  }

  async saveNow(options) {
    if (this.stopped || this.saved === this.changes) {
      return;
    }
    const sent = this.changes;
    this.unsavedSince = Date.now();
    this.status.textContent = this.texts.saving;
    // Removing a row gives the later rows new numbers while the request is on its way.
    const ids = new Map(idFields(this.form).map((field) => [field.name, field]));
    try {
      const [code, answer] = await this.send(this.typed(), options);
      this.status.textContent = answer.status;
      if (code === 429) {
        this.timer = setTimeout(() => this.save(), answer.wait * 1000);
        return;
      }
      this.receive(code, answer, sent, ids);
    } catch (problem) {
      this.status.textContent = { "logged out": this.texts.loggedOut, "too large": this.texts.tooLarge }[problem.message] ?? this.texts.offline;
      if (problem.message === "too large") {
        this.saved = sent; // the next change can make the draft small enough
        return;
      }
      this.timer = setTimeout(() => this.save(), AT_LEAST_EVERY);
      return;
    }
    if (this.saved !== this.changes && !this.stopped) {
      this.schedule();
    }
  }

  receive(code, answer, sent, ids) {
    if (code === 200) {
      this.saved = sent;
      this.adopt(answer, ids);
      if (this.saved === this.changes && !answer.problems.length) {
        forget(this.key);
      }
      document.dispatchEvent(new CustomEvent("draft:saved", { detail: answer }));
    } else if (code === 409) {
      this.showConflict(answer);
    } else if (code === 422 || code === 413) {
      this.saved = sent; // the next change can make the draft savable
    } else {
      this.stopped = true;
    }
  }

  // Gives the page the ids of the rows that have just been created.
  adopt(answer, ids) {
    setHidden(this.form, "opened_version", answer.version);
    for (const [prefix, rows] of Object.entries(answer.rows)) {
      for (const { index, id } of rows) {
        const field = ids.get(`${prefix}-${index}-id`);
        if (field) {
          field.value = id;
          field.disabled = false;
        }
      }
    }
    if (this.url !== answer.autosave_url) {
      this.move(answer);
    }
  }

  // The first save of a new draft gives the page a URL of its own.
  move(answer) {
    forget(this.key);
    this.url = answer.autosave_url;
    this.openUrl = answer.open_url;
    this.path = answer.url;
    this.key = this.keyOfPage(this.form.elements.page.value);
    if (this.saved !== this.changes || answer.problems?.length) {
      this.keep();
    }
    this.form.action = answer.url;
    history.replaceState(null, "", answer.url);
    document.dispatchEvent(new Event("became-a-row"));
    setHidden(this.form, "_created", "1");
    this.noteOpen();
  }

  showConflict(answer) {
    this.stopped = true;
    setHidden(this.form, "opened_version", answer.version);
    const place = this.form.querySelector("[data-conflict]");
    place.innerHTML = answer.html;
    place.querySelector(".conflict").focus();
  }

  // Texts of other pages of this draft, without those that this page shows. The newest comes first.
  otherTexts() {
    const shown = normalized(this.typed());
    const found = keptKeys(this.keyOfPage("")).filter((key) => key !== this.key).map((key) => [key, readKept(key)]);
    const isShown = ([, kept]) => !kept || normalized(kept.values) === shown;
    found.filter(isShown).forEach(([key]) => forget(key));
    return found.filter((each) => !isShown(each)).sort(([, one], [, other]) => other.at - one.at);
  }

  // Offers the newest text that another page of this draft has kept, then the next one.
  offerKept() {
    const [newest] = this.otherTexts();
    const offer = this.form.querySelector("[data-kept-text]");
    offer.hidden = this.stopped || !newest;
    if (offer.hidden) {
      return;
    }
    const [source, kept] = newest;
    offer.querySelector("time").textContent = new Date(kept.at).toLocaleString(document.documentElement.lang);
    offer.querySelector("[data-drop]").onclick = () => {
      forget(source);
      this.offerKept();
    };
    offer.querySelector("[data-use]").onclick = () => {
      offer.hidden = true;
      this.continueWith(source, kept);
    };
  }

  async continueWith(source, kept) {
    try {
      const [code, answer] = await this.send(kept.values);
      this.status.textContent = answer.status;
      if (code === 200) {
        forget(source);
        location.assign(answer.url);
        return;
      }
      this.take(source, kept);
      if (code === 409) {
        this.showConflict(answer);
      }
    } catch {
      this.take(source, kept);
      this.status.textContent = this.texts.offline;
    }
  }

  // From now on, this page keeps the text.
  take(source, kept) {
    fill(this.form, kept.values);
    this.keep();
    forget(source);
  }

  async noteOpen() {
    if (!this.openUrl || document.hidden) {
      return;
    }
    const place = this.form.querySelector("p[data-editing]");
    try {
      const { editors } = await (await this.post(this.openUrl)).json();
      place.hidden = !editors.length;
      place.textContent = editors.length ? `${this.texts.editing} ${editors.join(", ")}` : "";
    } catch {
      // Without a connection nobody knows who else is editing. The server asks for a comparison if somebody is.
    }
  }

  // The text is also kept in the browser.
  leave() {
    this.save({ keepalive: new Blob(this.typed().flat()).size < KEEPALIVE });
  }

  close() {
    this.leave();
    if (this.openUrl) {
      const token = this.form.elements.csrfmiddlewaretoken.value;
      navigator.sendBeacon(this.openUrl, formData([["closed", "1"], ["csrfmiddlewaretoken", token]]));
    }
  }

  // The page's own save waits for the autosave, which may be creating rows.
  submit(event) {
    if (this.running) {
      event.preventDefault();
      event.stopPropagation();
      // After a conflict, the person first compares the two texts.
      this.running.finally(() => this.stopped || this.form.requestSubmit(event.submitter));
      return;
    }
    markSent(this.key);
    this.stopped = true;
    clearTimeout(this.timer);
  }

  listen() {
    this.form.addEventListener("input", (event) => this.changed(event));
    this.form.addEventListener("change", (event) => this.changed(event));
    this.form.addEventListener("submit", (event) => this.submit(event));
    // While the page loads, its scripts remove empty rows.
    document.addEventListener("formset:removed", () => navigator.userActivation?.hasBeenActive !== false && this.changed({ target: this.form }));
    document.addEventListener("visibilitychange", () => (document.hidden ? this.leave() : this.noteOpen()));
    window.addEventListener("online", () => this.save());
    window.addEventListener("pagehide", () => this.close());
    window.addEventListener("pageshow", ({ persisted }) => persisted && this.comeBack());
    setInterval(() => this.noteOpen(), HEARTBEAT);
  }

  // The person returns with the back button.
  comeBack() {
    this.checkConflict();
    this.noteOpen();
  }

  start() {
    this.listen();
    this.offerKept();
    // The text of a refused page isn't saved.
    if (this.form.querySelector(".errornote")) {
      this.changed({ target: this.form });
    }
  }
}

const settings = document.querySelector("[data-autosave]");
const form = settings?.closest("form");
if (form) {
  new Autosave(settings, form).start();
}
