// Makes Django's forms accessible: names, help texts and errors of fields, and keyboard focus.
function setOrRemove(field, attribute, value) {
  if (value) {
    field.setAttribute(attribute, value);
  } else {
    field.removeAttribute(attribute);
  }
}
const present = (ids) => ids.filter((id) => document.getElementById(id)).join(" ");

// A column without a name isn’t a heading.
for (const heading of document.querySelectorAll("thead th:empty")) {
  const cell = document.createElement("td");
  cell.className = heading.className;
  heading.replaceWith(cell);
}

// Where a row is a card, an empty cell isn’t shown, and a number has the name of its column.
for (const cell of document.querySelectorAll("#result_list td")) {
  const text = cell.textContent.trim();
  cell.classList.toggle("is-empty", ["", "–"].includes(text));
  if (/^[\d.,]+$/.test(text)) cell.dataset.name = cell.closest("table").tHead.rows[0].cells[cell.cellIndex].textContent.trim();
}

// Fields in a table have no label or help text. Added rows are copies of the hidden row.
for (const cell of document.querySelectorAll(".tabular tr.form-row > td")) {
  const column = cell.closest("table").tHead.rows[0].cells[cell.cellIndex];
  for (const field of cell.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (column && !field.labels.length) {
      setOrRemove(field, "aria-label", column.textContent.trim());
      setOrRemove(field, "aria-description", column.querySelector(".help-tooltip")?.title);
      setOrRemove(field, "aria-describedby", present((field.getAttribute("aria-describedby") ?? "").split(" ")));
    }
  }
}

// Makes the choices of a field a group that has the field's label as its name.
function nameGroups(part) {
  for (const group of part.querySelectorAll(".form-row div[id]:has(> div > label > input)")) {
    const row = group.closest(".flex-container");
    const label = row?.querySelector(":scope > label");
    const help = row?.nextElementSibling;
    if (!label) {
      continue;
    }
    label.id = `${group.id}_label`;
    if (help?.matches(".help")) {
      help.id = `${group.id}_helptext`;
    }
    setOrRemove(group, "role", group.querySelector("[type=radio]") ? "radiogroup" : "group");
    setOrRemove(group, "aria-labelledby", label.id);
    setOrRemove(group, "aria-describedby", present([`${group.id}_helptext`, `${group.id}_error`]));
  }
}

// select2 replaces a list with an element that lacks the list's name, help text, errors and focus.
const chooserOf = (select) => select.nextElementSibling?.querySelector("[role=combobox]");
const nameOf = (select) => select.getAttribute("aria-label") ?? select.labels[0]?.textContent.trim();
function nameChoosers(part) {
  for (const select of part.querySelectorAll("select.select2-hidden-accessible")) {
    const chooser = chooserOf(select);
    const chosen = chooser?.querySelector(".select2-selection__rendered");
    if (!chosen) {
      continue;
    }
    chosen.removeAttribute("role");
    chosen.removeAttribute("aria-readonly");
    chooser.id = `${select.id}_chooser`;
    setOrRemove(chooser, "aria-label", nameOf(select));
    setOrRemove(chooser, "aria-labelledby", `${chooser.id} ${chosen.id}`);
    for (const attribute of ["aria-describedby", "aria-description", "aria-invalid"]) {
      setOrRemove(chooser, attribute, select.getAttribute(attribute));
    }
    if (select === document.activeElement) {
      chooser.focus();
    }
  }
}
document.addEventListener("focusin", ({ target }) => {
  if (target.matches("select.select2-hidden-accessible")) {
    chooserOf(target)?.focus();
  }
});
const jQuery = window.django?.jQuery;
jQuery?.(document).on("select2:open", ({ target }) => {
  document.querySelectorAll(".select2-search__field").forEach((field) => setOrRemove(field, "aria-label", nameOf(target)));
});
// Announces the answer that was selected with the arrow keys.
document.addEventListener("keyup", ({ target }) => {
  const answer = document.querySelector(".select2-results__option--highlighted");
  if (answer && target.matches(".select2-search__field")) {
    answer.id ||= `${answer.parentNode.id}-${[...answer.parentNode.children].indexOf(answer)}`;
    setOrRemove(target, "aria-activedescendant", answer.id);
  }
});

nameGroups(document);
// Runs after Django's own scripts, which create the choosers.
jQuery?.(() => nameChoosers(document));
document.addEventListener("formset:added", ({ target }) => {
  nameGroups(target);
  nameChoosers(target);
});
// Django renumbers the rows below a removed row immediately after this event.
document.addEventListener("formset:removed", () => {
  queueMicrotask(() => {
    nameGroups(document);
    nameChoosers(document);
  });
});

// Moves the focus to the first error of a refused form, after Django has focused the first field.
window.addEventListener("load", () => {
  const wrong = document.querySelector(".errorlist:is(.refusal, .nonfield, .nonform), #content [aria-invalid=true]");
  if (wrong?.matches(".errorlist")) {
    wrong.tabIndex = -1;
  }
  wrong?.focus();
});
