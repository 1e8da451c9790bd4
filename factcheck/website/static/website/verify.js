// Checks a proof file in the browser. The file isn't sent anywhere (docs/reference/log.md, "Proof file").

const bytes = (text) => new TextEncoder().encode(text);
const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const toHex = (data) => Array.from(data, (value) => value.toString(16).padStart(2, "0")).join("");
const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const join = (...parts) => new Uint8Array(parts.flatMap((part) => Array.from(part)));
const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", join(...parts)));
const same = (one, other) => toHex(one) === toHex(other);

async function rootOf(leaf, index, size, path) {
  let at = index;
  let last = size - 1;
  let value = await sha256([0], leaf);
  for (const node of path.map(fromBase64)) {
    if (last === 0) return new Uint8Array();
    if (at % 2 || at === last) {
      value = await sha256([1], node, value);
      while (at && at % 2 === 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else {
      value = await sha256([1], value, node);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 ? value : new Uint8Array();
}

async function isSigned(note, key) {
  const end = note.lastIndexOf("\n\n");
  const [name, id, ...rest] = key.split("+");
  const raw = fromBase64(rest.join("+"));
  const expected = (await sha256(bytes(`${name}\n`), raw)).slice(0, 4);
  if (raw.length !== 33 || raw[0] !== 1 || toHex(expected) !== id || note.split("\n")[0] !== name) return false;
  const publicKey = await crypto.subtle.importKey("raw", raw.slice(1), { name: "Ed25519" }, false, ["verify"]);
  for (const line of note.slice(end + 2).split("\n")) {
    const [dash, signer, data] = line.split(" ");
    if (dash !== "\u2014" || signer !== name) continue;
    const signature = fromBase64(data);
    if (!same(signature.slice(0, 4), expected)) continue;
    const text = bytes(note.slice(0, end + 1));
    if (await crypto.subtle.verify("Ed25519", publicKey, signature.slice(4), text)) return true;
  }
  return false;
}

// Returns the entry and the document of a proof or of its erasure, or throws what is wrong.
async function read(part, size, root) {
  const entry = JSON.parse(part.leaf);
  const content = part.document === null ? null : JSON.parse(part.document);
  if (content) {
    const digest = toHex(await sha256(fromHex(part.salt), bytes(part.document)));
    if (digest !== entry.digest || content.id !== entry.subject || content.revision.number !== entry.number) throw "document";
  }
  const found = await rootOf(bytes(part.leaf), entry.sequence, size, part.proof);
  if (entry.sequence >= size || !same(found, fromBase64(root))) throw "tree";
  return [entry, content];
}

async function check(text, trusted) {
  const proof = JSON.parse(text);
  const [, size, root] = proof.checkpoint.split("\n");
  let [entry, content] = await read(proof, Number(size), root);
  if (!content && proof.erasure) {
    const erased = entry;
    [entry, content] = await read(proof.erasure, Number(size), root);
    if (entry.kind !== "review.erasure" || entry.subject !== erased.subject || entry.number <= erased.number) throw "tree";
  }
  if (!(await isSigned(proof.checkpoint, proof.key))) throw "signature";
  if (!content) throw "empty";
  const { headline, claim, verdict, notice, publisher, from, outcome, revision } = content;
  const facts = {
    ...entry, headline, claim: claim?.text, outcome, notice: notice?.text, key: proof.key,
    verdict: revision.kind === "withdrawal" ? revision.kind : verdict?.label ?? verdict?.original?.label,
    newsroom: (publisher ?? notice?.newsroom)?.name, from: from?.name ?? from?.description,
    at: `${new Date(entry.at).toLocaleString(language, { dateStyle: "long", timeStyle: "short", timeZone: "UTC" })} UTC`,
  };
  // Anyone can sign a log of their own, and put its key in the file.
  return [proof.key !== trusted ? "other" : entry.kind === "review.erasure" ? "erased" : "good", facts];
}

const language = document.documentElement.lang;
const form = document.querySelector(".check");
const [field, key] = form.querySelectorAll("input");
const results = document.querySelectorAll("[data-result]");

// The same file can have changed, and a browser reports a choice only if it differs.
field.addEventListener("click", () => { field.value = ""; });
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("change", async () => {
  if (!field.files.length) return;
  let outcome;
  try {
    outcome = await check(await field.files[0].text(), key.value.trim());
  } catch (problem) {
    outcome = [typeof problem === "string" ? problem : problem.name === "NotSupportedError" ? "unsupported" : "broken"];
  }
  const [name, facts] = outcome;
  for (const result of results) result.hidden = !result.dataset.result.split(" ").includes(name);
  for (const place of document.querySelectorAll("[data-value]")) {
    const value = facts?.[place.dataset.value] ?? "";
    place.textContent = place.dataset[value] ?? value;
    place.closest("div").hidden = value === "";
  }
});
if (window.crypto?.subtle) {
  form.hidden = false;
  document.querySelector(".needs-script").hidden = true;
}
