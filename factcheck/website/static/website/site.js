// Shows the buttons that copy or share a text. Without this script, readers select the text themselves.
"use strict";
for (const button of document.querySelectorAll("button[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const status = button.closest("section").querySelector("[role=status]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      status.textContent = status.dataset.copied;
    } catch {
      status.textContent = status.dataset.failed;
    }
  });
}
for (const button of navigator.share ? document.querySelectorAll("button[data-share]") : []) {
  const text = document.getElementById(button.dataset.share).value;
  button.hidden = false;
  // The browser rejects the promise if the reader closes the list of apps.
  button.addEventListener("click", () => navigator.share({ text }).catch(() => {}));
}
