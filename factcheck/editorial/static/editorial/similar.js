// Shows claims that are probably the same. Comparing takes longer than the page, so they come afterwards, and while a
// new claim is typed. Without this script, the page after saving and "Same as another claim" lead to the same claims.
const PAUSE = 700; // milliseconds without a key before a request
const LEAST = 12; // characters

function show(place, list) {
  place.innerHTML = list;
  place.hidden = !list;
  if (place.dataset.typed) leaveOut(place);
}

// A new claim is saved while it is typed, and isn't its own double.
function leaveOut(place) {
  const own = /[0-9a-f-]{36}/.exec(location.pathname);
  for (const link of own ? place.querySelectorAll(`li > a[href*="${own[0]}"]`) : []) link.parentElement.remove();
  for (const empty of place.querySelectorAll("ul:empty, ul:not(:has(li))")) {
    empty.previousElementSibling.remove();
    empty.remove();
  }
  place.hidden = !place.querySelector("li, button");
}

for (const place of document.querySelectorAll("[data-similar]")) {
  const answer = await fetch(place.dataset.similar);
  show(place, answer.ok ? (await answer.text()).trim() : "");
}

for (const place of document.querySelectorAll("[data-typed]")) {
  const field = document.getElementById("id_text");
  document.addEventListener("became-a-row", () => leaveOut(place));
  const token = field.form.elements.csrfmiddlewaretoken.value;
  field.closest(".form-row").append(place);
  let timer, request, compared = "";
  field.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(compare, PAUSE);
  });
  async function compare() {
    const text = field.value.trim();
    if (text === compared) return;
    request?.abort();
    compared = text;
    if (text.length < LEAST) return show(place, "");
    request = new AbortController();
    const body = new URLSearchParams({ text, csrfmiddlewaretoken: token });
    try {
      const answer = await fetch(place.dataset.typed, { method: "POST", body, signal: request.signal });
      show(place, answer.ok ? (await answer.text()).trim() : "");
    } catch (error) {
      if (error.name !== "AbortError") show(place, "");
    }
  }
}
