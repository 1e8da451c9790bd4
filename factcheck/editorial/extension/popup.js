// Sends the page in the current tab to a source in a draft: its HTML as the browser has it, and a picture of what is seen.
const MOST_PICTURE = 13_000_000; // characters of a PNG file in base64. Larger pictures are sent as JPEG.
const say = chrome.i18n.getMessage;
const at = (id) => document.getElementById(id);

class Problem extends Error {}

// Asks the desk. There are no cookies, only the token, which can do nothing else.
async function ask({ site, token }, content) {
  const [tab] = await chrome.tabs.query({ active: true, currentWindow: true });
  const address = `${site}/api/v1/drafts/copies/`;
  const headers = { Authorization: `Bearer ${token}` };
  const options = { credentials: "omit", headers, cache: "no-store", redirect: "error" };
  if (content) {
    headers["Content-Type"] = "application/json";
    headers["Idempotency-Key"] = crypto.randomUUID();
    Object.assign(options, { method: "POST", body: JSON.stringify(content) });
  }
  let answer;
  try {
    answer = await fetch(content ? address : `${address}?url=${encodeURIComponent(tab.url)}`, options);
  } catch {
    throw new Problem(say("offline"));
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    const detail = `${answer.status} ${body.detail ?? ""}`;
    throw new Problem(say(body.code ?? "") || say(`problem_${answer.status}`) || say("failed", detail));
  }
  if (!body.results && !body.id) {
    throw new Problem(say("wrong_site"));
  }
  return body;
}

async function pageOf(tab) {
  const html = () => `${document.doctype ? "<!doctype html>\n" : ""}${document.documentElement.outerHTML}`.toWellFormed();
  const [{ result }] = await chrome.scripting.executeScript({ target: { tabId: tab.id }, func: html });
  const take = async (options) => (await chrome.tabs.captureVisibleTab(tab.windowId, options)).split(",")[1];
  let picture = await take({ format: "png" });
  if (picture.length > MOST_PICTURE) {
    picture = await take({ format: "jpeg", quality: 90 });
  }
  return { url: tab.url, page: result, picture };
}

function choice({ id, url, title, claim, copied }, isFirst) {
  const label = document.createElement("label");
  const radio = Object.assign(document.createElement("input"), { type: "radio", name: "card", value: id, required: true });
  radio.checked = isFirst;
  const lines = [title, url === title ? "" : url, `“${claim}”`, copied ? say("has_copy") : ""].filter(Boolean);
  label.append(radio, lines.shift(), ...lines.map((line) => Object.assign(document.createElement("small"), { textContent: line })));
  return label;
}

async function showCards(settings) {
  const [tab] = await chrome.tabs.query({ active: true, currentWindow: true });
  if (!/^https?:/.test(tab.url ?? "")) {
    throw new Problem(say("not_a_page"));
  }
  const { results } = await ask(settings);
  for (const [id, cards] of [["matching", results.filter((card) => card.matches)], ["others", results.filter((card) => !card.matches)]]) {
    at(id).hidden = !cards.length;
    at(id).append(...cards.map((card, place) => choice(card, card.matches && place === 0)));
  }
  at("address").textContent = tab.url;
  at("copy").hidden = !results.length;
  if (!results.length) {
    throw new Problem(say("no_cards"));
  }
}

// Runs a step, and shows what went wrong in a sentence.
async function attempt(step) {
  try {
    await step();
  } catch (problem) {
    at("said").textContent = problem instanceof Problem ? problem.message : say("failed", String(problem));
  }
}

async function open() {
  const settings = await chrome.storage.local.get(["site", "token"]);
  const isSet = Boolean(settings.site && settings.token);
  at("setup").hidden = isSet;
  at("settings").hidden = !isSet;
  const known = await fetch("site.txt").then((file) => file.text()).catch(() => ""); // the site from which it was downloaded
  at("site").value = settings.site ?? known;
  if (isSet) {
    await showCards(settings);
  }
}

at("setup").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(async () => {
    const settings = { site: new URL(at("site").value).origin, token: at("token").value.trim() };
    await ask(settings);
    await chrome.storage.local.set(settings);
    at("said").textContent = "";
    await open();
  });
});
at("settings").addEventListener("click", () => {
  at("setup").hidden = false;
  at("copy").hidden = at("settings").hidden = true;
});
at("copy").addEventListener("submit", (event) => {
  event.preventDefault();
  const button = event.target.querySelector("button");
  button.disabled = true;
  at("said").textContent = say("sending");
  attempt(async () => {
    const settings = await chrome.storage.local.get(["site", "token"]);
    const [tab] = await chrome.tabs.query({ active: true, currentWindow: true });
    const card = new FormData(event.target).get("card");
    const { url } = await ask(settings, { card, ...(await pageOf(tab)) });
    at("said").textContent = say("done");
    at("copy").hidden = true;
    at("done").hidden = false;
    at("show").href = url;
  }).finally(() => {
    button.disabled = false;
  });
});

document.documentElement.lang = chrome.i18n.getUILanguage();
document.title = say("name");
for (const element of document.querySelectorAll("[data-say]")) {
  element.textContent = say(element.dataset.say);
}
attempt(open);
