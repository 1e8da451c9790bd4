// What somebody has typed into the form of a draft, as pairs of a name and a value.

// These values differ from page to page, although the text is the same.
const NOT_TYPED = /^(csrfmiddlewaretoken|page|opened_version|_created|choice-.*|.*-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS|.*-id)$/;

export function idFields(form) {
  return [...form.elements].filter(({ name }) => name.endsWith("-id"));
}

export function typedValues(form) {
  return [...new FormData(form)].filter(([, value]) => typeof value === "string");
}

export function setHidden(form, name, value) {
  const field = form.elements[name] ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name }));
  field.value = value;
}

export function formData(values) {
  const data = new FormData();
  values.forEach(([name, value]) => data.append(name, value));
  return data;
}

// The server normalizes characters and spaces.
export function normalized(values) {
  const plain = ([name, value]) => [name, value.normalize("NFC").replace(/\s+/g, " ").trim()];
  return JSON.stringify(values.filter(([name]) => !NOT_TYPED.test(name)).map(plain).filter(([, value]) => value).sort());
}

// Fills the form with values that this browser kept.
export function fill(form, values) {
  const byName = new Map();
  values.forEach(([name, value]) => byName.set(name, [...(byName.get(name) ?? []), value]));
  byName.forEach(([total], name) => addRows(form, name.match(/^(.+)-TOTAL_FORMS$/)?.[1], Number(total)));
  for (const field of form.elements) {
    if (field.name && !NOT_TYPED.test(field.name) && byName.has(field.name)) {
      setValue(field, byName.get(field.name));
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }
}

function addRows(form, prefix, total) {
  for (let tries = 0; prefix && tries < 100 && Number(form.elements[`${prefix}-TOTAL_FORMS`]?.value) < total; tries += 1) {
    document.querySelector(`#${prefix}-group .add-row a`)?.click();
  }
}

function setValue(field, wanted) {
  if (field.type === "checkbox" || field.type === "radio") {
    field.checked = wanted.includes(field.value);
  } else if (field.tagName === "SELECT") {
    const missing = wanted.filter((value) => ![...field.options].some((option) => option.value === value));
    missing.forEach((value) => field.add(new Option(value, value)));
    [...field.options].forEach((option) => (option.selected = wanted.includes(option.value)));
  } else {
    [field.value] = wanted;
  }
}
