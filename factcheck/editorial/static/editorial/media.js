// Uploads the file that an appearance shows, and fills in the file's hash and kind.
const page = document.querySelector("[data-upload]");
for (const field of document.querySelectorAll("input[name$=media_sha256]")) {
  const file = document.createElement("input");
  file.type = "file";
  file.accept = "image/*,video/mp4,video/webm";
  file.dataset.media = "";
  file.setAttribute("aria-label", page.dataset.label);
  const status = document.createElement("span");
  status.setAttribute("role", "status");
  field.after(file, status);
}
// Added rows are copies of the hidden row, so the event is handled at the document.
document.addEventListener("change", async ({ target }) => {
  if (!("media" in target.dataset) || !target.files.length) {
    return;
  }
  const status = target.nextElementSibling;
  const form = new FormData();
  form.append("file", target.files[0]);
  form.append("claim", page.dataset.claim);
  const token = target.form.elements.csrfmiddlewaretoken.value;
  status.textContent = page.dataset.sending;
  target.disabled = true;
  try {
    const response = await fetch(page.dataset.upload, { method: "POST", body: form, headers: { "X-CSRFToken": token } });
    const answer = await response.json();
    status.textContent = answer.error ?? "";
    if (response.ok) {
      const field = target.previousElementSibling;
      const medium = target.form.elements[field.name.replace(/media_sha256$/, "medium")];
      fill(field, answer.sha256);
      fill(medium, medium.value || answer.medium);
    }
  } catch {
    status.textContent = page.dataset.failed;
  }
  target.value = "";
  target.disabled = false;
});

function fill(field, value) {
  field.value = value;
  const changed = field instanceof RadioNodeList ? [...field].find((choice) => choice.checked) : field;
  changed?.dispatchEvent(new Event("input", { bubbles: true }));
}
