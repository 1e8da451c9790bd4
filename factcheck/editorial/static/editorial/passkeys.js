// Lets the browser create or use a passkey, and puts its answer into the form as JSON.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

// The options and the answer are JSON, in which bytes are base64url. Older browsers can't convert them.
function withBytes(options) {
  const named = (rows) => (rows ?? []).map((row) => ({ ...row, id: bytes(row.id) }));
  return {
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
    ...(options.excludeCredentials && { excludeCredentials: named(options.excludeCredentials) }),
    ...(options.allowCredentials && { allowCredentials: named(options.allowCredentials) }),
  };
}

function asJson({ id, rawId, type, response }) {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const filled = parts.filter((name) => response[name]).map((name) => [name, text(response[name])]);
  return JSON.stringify({ id, rawId: text(rawId), type, response: Object.fromEntries(filled), clientExtensionResults: {} });
}

for (const field of document.querySelectorAll("[data-passkey]")) {
  const form = field.form;
  const error = form.querySelector("[data-passkey-error]");
  // A form with several buttons marks those that need a passkey.
  const marked = form.querySelector("[data-signs]");
  form.addEventListener("submit", async (event) => {
    const { submitter } = event;
    if (marked && !submitter?.hasAttribute("data-signs")) {
      return;
    }
    event.preventDefault();
    error.hidden = true;
    try {
      const { publicKey } = JSON.parse(field.dataset.passkey);
      const container = publicKey.user ? "create" : "get";
      field.value = asJson(await navigator.credentials[container]({ publicKey: withBytes(publicKey) }));
      if (submitter?.hasAttribute("formaction")) {
        form.action = submitter.formAction;
      }
      form.submit();
    } catch {
      delete form.dataset.sent;
      error.hidden = false;
    }
  });
}
