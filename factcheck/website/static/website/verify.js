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

async function check(text) {
  const proof = JSON.parse(text);
  const entry = JSON.parse(proof.leaf);
  const [, size, root] = proof.checkpoint.split("\n");
  if (proof.document !== null) {
    const digest = toHex(await sha256(fromHex(proof.salt), bytes(proof.document)));
    const about = JSON.parse(proof.document);
    if (digest !== entry.digest) return ["document"];
    if (about.id !== entry.subject || about.revision.number !== entry.number) return ["document"];
  }
  const found = await rootOf(bytes(proof.leaf), entry.sequence, Number(size), proof.proof);
  if (entry.sequence >= Number(size) || !same(found, fromBase64(root))) return ["tree"];
  if (!(await isSigned(proof.checkpoint, proof.key))) return ["signature"];
  // Anyone can sign a log of their own, and put its key in the file.
  const name = proof.key !== form.dataset.key ? "other" : proof.document === null ? "erased" : "good";
  return [name, { ...entry, key: proof.key }];
}

const form = document.querySelector(".check");
const field = form.querySelector("input");
const results = document.querySelectorAll("[data-result]");

// The same file can have changed, and a browser reports a choice only if it differs.
field.addEventListener("click", () => { field.value = ""; });
field.addEventListener("change", async () => {
  let outcome = ["broken"];
  if (!field.files.length) return;
  try {
    outcome = await check(await field.files[0].text());
  } catch (problem) {
    if (problem.name === "NotSupportedError") outcome = ["unsupported"];
  }
  const [name, values] = outcome;
  for (const result of results) result.hidden = !result.dataset.result.split(" ").includes(name);
  for (const place of document.querySelectorAll("[data-value]")) place.textContent = values?.[place.dataset.value] ?? "";
});
if (window.crypto?.subtle) {
  form.hidden = false;
  document.querySelector(".needs-script").hidden = true;
}
