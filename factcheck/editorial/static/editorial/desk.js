// A second click while the first is under way would only bring a refusal to the screen.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) {
    event.preventDefault();
  }
  event.target.dataset.sent = "yes";
});
// Fields in a table have no label of their own; rows that are added are copies of the hidden one.
for (const cell of document.querySelectorAll(".tabular tr.form-row > td")) {
  const column = cell.closest("table").tHead.rows[0].cells[cell.cellIndex];
  for (const field of cell.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (column && !field.labels.length) {
      field.setAttribute("aria-label", column.textContent.trim());
    }
  }
}
// What is done in parts goes on by itself, so long as the page is open.
document.querySelector("form.goes-on")?.requestSubmit();
// Coming back by the browser's button must not find the form locked.
window.addEventListener("pageshow", () => {
  for (const form of document.forms) {
    delete form.dataset.sent;
  }
});
// Who chooses that a claimant is a public figure has said it, and need not tick it as well.
document.addEventListener("change", ({ target }) => {
  if (target.dataset.ticks) {
    target.form.elements[target.dataset.ticks].checked = target.value === "person";
  }
});
