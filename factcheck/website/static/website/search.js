// Shows the first results while a reader types a search, or a tip that may have been checked already. Without this
// script, both forms work as usual.
"use strict";

(() => {
  const form = document.querySelector("[data-as-you-type]");
  const input = form.elements.q ?? form.elements.text;
  const list = document.getElementById("suggestions");
  const status = document.getElementById("suggestions-status");
  const PAUSE = 350; // milliseconds without a key before a request
  const MOST = 400; // characters. A longer text is a whole post, which the form sends. A tip is compared by its beginning.
  const KEPT = 15; // searches that are left to the reader before the site's limit
  let timer, request, shown = input.value.trim(), blockedUntil = 0;

  function clear() {
    list.hidden = true;
    list.replaceChildren();
    status.textContent = "";
  }

  function stopBeforeLimit(response) {
    const left = /r=(\d+);t=(\d+)/.exec(response.headers.get("RateLimit") ?? "");
    const wait = Number(response.headers.get("Retry-After")) || (left && left[1] < KEPT ? Number(left[2]) : 0);
    if (wait) blockedUntil = Date.now() + 1000 * wait;
  }

  async function suggest() {
    const typed = input.value.trim();
    const text = form.elements.q ? typed : typed.slice(0, MOST);
    if (text === shown) return;
    request?.abort();
    shown = text;
    if ([...text].length < 2 || text.length > MOST || Date.now() < blockedUntil) return clear();
    request = new AbortController();
    try {
      const body = new URLSearchParams({ q: text });
      const response = await fetch(form.dataset.asYouType, { method: "POST", body, signal: request.signal, credentials: "omit" });
      stopBeforeLimit(response);
      if (!response.ok) return clear();
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      list.replaceChildren(...page.body.children);
      const count = list.querySelectorAll("li").length;
      list.hidden = !count;
      status.textContent = count === 1 ? list.dataset.one
        : count ? list.dataset.several.replace("{}", count) : list.dataset.none;
    } catch (error) {
      if (error.name !== "AbortError") clear();
    }
  }

  // Firefox doesn't know CSS's field-sizing yet.
  function grow() {
    input.style.height = "auto";
    input.style.height = `${input.scrollHeight + 2}px`;
  }
  if (!CSS.supports("field-sizing", "content")) {
    input.addEventListener("input", grow);
    grow();
  }

  // In a box of several lines, Enter would begin a new line. With Shift, it still does.
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !form.elements.q || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });

  input.addEventListener("input", (event) => {
    clearTimeout(timer);
    // While an input method composes a letter, the text is not what the reader means.
    if (!event.isComposing) timer = setTimeout(suggest, PAUSE);
  });
  input.addEventListener("compositionend", () => {
    clearTimeout(timer);
    timer = setTimeout(suggest, PAUSE);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    request?.abort();
  });

  // The arrow keys move between the box and the results, and Escape closes the results.
  form.parentElement.addEventListener("keydown", (event) => {
    const stops = [input, ...list.querySelectorAll("a")];
    const here = stops.indexOf(document.activeElement);
    if (event.isComposing || list.hidden || here < 0) return;
    // In the box, an arrow moves within the text until its end.
    if (here === 0 && (event.key === "ArrowUp" || event.key === "ArrowDown" && input.value.slice(input.selectionEnd).trim())) return;
    if (event.key === "Escape") {
      clear();
      input.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      stops[here + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
    } else {
      return;
    }
    event.preventDefault();
  });
})();

// Counts “This isn’t what I asked” without leaving the results. Only the button's value is sent.
for (const form of document.querySelectorAll(".mismatch form")) {
  let fails = false;
  form.addEventListener("submit", async (event) => {
    if (fails) return;
    event.preventDefault();
    const status = form.querySelector("[role=status]");
    const body = new URLSearchParams(new FormData(form, event.submitter));
    const answer = await fetch(form.action, { method: "POST", body, credentials: "omit", referrerPolicy: "no-referrer" }).catch(() => null);
    if (answer?.ok) {
      for (const part of [...form.children]) if (part !== status) part.remove();
      status.textContent = status.dataset.counted;
    } else {
      fails = true;
      form.requestSubmit(event.submitter); // the page that follows says what happened
    }
  });
}
