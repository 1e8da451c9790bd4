// What Django's forms leave to the eye: names, help and errors of fields, and where the keyboard is.
function tell(field, attribute, words) {
  if (words) {
    field.setAttribute(attribute, words);
  } else {
    field.removeAttribute(attribute);
  }
}
const present = (ids) => ids.filter((id) => document.getElementById(id)).join(" ");

// Fields in a table have no label or help of their own; rows that are added are copies of the hidden one.
for (const cell of document.querySelectorAll(".tabular tr.form-row > td")) {
  const column = cell.closest("table").tHead.rows[0].cells[cell.cellIndex];
  for (const field of cell.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (column && !field.labels.length) {
      tell(field, "aria-label", column.textContent.trim());
      tell(field, "aria-description", column.querySelector(".help-tooltip")?.title);
      tell(field, "aria-describedby", present((field.getAttribute("aria-describedby") ?? "").split(" ")));
    }
  }
}

// Choices of one field are a group, named by its label.
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
    tell(group, "role", group.querySelector("[type=radio]") ? "radiogroup" : "group");
    tell(group, "aria-labelledby", label.id);
    tell(group, "aria-describedby", present([`${group.id}_helptext`, `${group.id}_error`]));
  }
}

// What select2 puts in the place of a list has neither its name nor its help, errors and focus.
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
    tell(chooser, "aria-label", nameOf(select));
    tell(chooser, "aria-labelledby", `${chooser.id} ${chosen.id}`);
    for (const attribute of ["aria-describedby", "aria-description", "aria-invalid"]) {
      tell(chooser, attribute, select.getAttribute(attribute));
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
  document.querySelectorAll(".select2-search__field").forEach((field) => tell(field, "aria-label", nameOf(target)));
});
// To which of the answers the arrow keys have come.
document.addEventListener("keyup", ({ target }) => {
  const answer = document.querySelector(".select2-results__option--highlighted");
  if (answer && target.matches(".select2-search__field")) {
    answer.id ||= `${answer.parentNode.id}-${[...answer.parentNode.children].indexOf(answer)}`;
    tell(target, "aria-activedescendant", answer.id);
  }
});

nameGroups(document);
// After Django's own, which make the choosers.
jQuery?.(() => nameChoosers(document));
document.addEventListener("formset:added", ({ target }) => {
  nameGroups(target);
  nameChoosers(target);
});
// The rows below one that is taken out are numbered anew, just after this is told.
document.addEventListener("formset:removed", () => {
  queueMicrotask(() => {
    nameGroups(document);
    nameChoosers(document);
  });
});

// A refused form begins with what is to be mended; after Django has focused the first field of a new one.
window.addEventListener("load", () => {
  const wrong = document.querySelector(".errorlist:is(.refusal, .nonfield, .nonform), #content [aria-invalid=true]");
  if (wrong?.matches(".errorlist")) {
    wrong.tabIndex = -1;
  }
  wrong?.focus();
});
