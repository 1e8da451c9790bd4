// Shows and hides the passwords of a form. Browsers only remember passwords from hidden fields, so a submit hides them.
for (const button of document.querySelectorAll("[data-show-password]")) {
  const fields = button.form.querySelectorAll("input[type=password]");
  const show = (shown) => {
    fields.forEach((field) => { field.type = shown ? "text" : "password"; });
    button.setAttribute("aria-pressed", String(shown));
  };
  button.hidden = false;
  button.addEventListener("click", () => show(button.getAttribute("aria-pressed") === "false"));
  button.form.addEventListener("submit", () => show(false));
}
