// Text that isn't saved yet is kept in this browser, for each person, draft and opened page.
const KEPT_FOR = 30 * 24 * 60 * 60 * 1000;
const PREFIX = "draft:";
const SENT = "draft-sent";

// Every opened page keeps its own text, so that no page replaces the text of another page.
export function keyOf(person, path, page) {
  return `${PREFIX}${person}:${path}:${page}`;
}

export function keptKeys(beginning = PREFIX) {
  return Object.keys(localStorage).filter((key) => key.startsWith(beginning));
}

export function readKept(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

export function keep(key, values) {
  try {
    localStorage.setItem(key, JSON.stringify({ at: Date.now(), values }));
  } catch {
    // The browser's storage is full or switched off. The text stays in the form.
  }
}

export function forget(key) {
  localStorage.removeItem(key);
}

// The page is being saved in the usual way.
export function markSent(key) {
  sessionStorage.setItem(SENT, key);
}

function forgetOld() {
  keptKeys().filter((key) => Date.now() - (readKept(key)?.at ?? 0) > KEPT_FOR).forEach(forget);
}

// A page that was saved in the usual way, and wasn't refused, needs no copy of its text any more. The login page has
// saved nothing, so the text stays in this browser until the person has logged in.
function forgetSent() {
  if (logout && sessionStorage.getItem(SENT) && !document.querySelector(".errornote, .messagelist .error")) {
    forget(sessionStorage.getItem(SENT));
  }
  sessionStorage.removeItem(SENT);
}

// A page that can't be edited now shows the texts that this browser has, so that the person can copy them.
function offerCopy(offer) {
  const keys = keptKeys(keyOf(offer.dataset.keptToCopy, location.pathname, ""));
  const texts = keys.map(readKept).flatMap((kept) => kept?.values ?? []).map(([, value]) => value);
  offer.querySelector("pre").textContent = [...new Set(texts)].filter((text) => /\s|^https?:/.test(text.trim())).join("\n\n");
  offer.hidden = !keys.length;
  offer.querySelector("[data-drop]").addEventListener("click", () => {
    keys.forEach(forget);
    offer.hidden = true;
  });
}

// The next person at a shared computer must not find somebody's text. A page asks before it deletes unsaved text.
function forgetAtLogout(event) {
  const keys = keptKeys();
  if (keys.length && !confirm(document.querySelector("script[data-ask]").dataset.ask)) {
    event.preventDefault();
    event.stopPropagation();
    return;
  }
  keys.forEach(forget);
}

forgetOld();
const logout = document.getElementById("logout-form");
forgetSent();
logout?.addEventListener("submit", forgetAtLogout);
document.querySelectorAll("[data-kept-to-copy]").forEach(offerCopy);
