// Connects the editor with the page: the toolbar, pasted text, pictures and the preview.
import { createEditor, htmlToMarkdown, insertBlock, linkTo, makeCommands } from "./editor.js";

const MAC = /Mac|iPhone|iPad/.test(navigator.platform);
const isPicture = (file) => file.type.startsWith("image/");

export function startEditor(textarea, template) {
  const texts = template.dataset;
  const commands = makeCommands({ column: texts.column });
  const parts = template.content.cloneNode(true);
  const toolbar = parts.querySelector(".editor-tools");
  const notice = parts.querySelector(".editor-notice");
  const dialog = parts.querySelector("dialog");
  const row = textarea.closest(".form-row");
  document.body.append(dialog);
  textarea.before(toolbar, notice);
  row.classList.add("has-editor");

  const view = createEditor(textarea, {
    commands,
    label: textarea.labels[0]?.textContent.trim().replace(/:$/, "") ?? "",
    onPaste: (event) => paste(event.clipboardData, event),
    onDrop: (event) => dropFiles(event),
    onTable: (inside) => {
      for (const name of ["row", "column"]) {
        toolbar.querySelector(`[data-command=${name}]`).hidden = !inside;
      }
    },
  });

  function say(...sentences) {
    notice.textContent = sentences.filter(Boolean).join(" ");
  }

  function paste(data, event) {
    const plain = data.getData("text/plain").trim();
    const files = [...data.files].filter(isPicture);
    const html = data.getData("text/html");
    const isCode = data.types.includes("vscode-editor-data");
    if (linkTo(view, plain)) {
      event.preventDefault();
      return true;
    }
    if (html && plain && !isCode) {
      event.preventDefault();
      insertHtml(html);
      return true;
    }
    if (files.length) {
      event.preventDefault();
      addPictures(files.map((file) => ({ file, words: "" })));
      return true;
    }
    return false;
  }

  function insertHtml(html) {
    const { text, files, remote, lost } = htmlToMarkdown(html, { picture: texts.picture });
    if (text.includes("\n")) {
      insertBlock(view, text);
    } else {
      view.dispatch(view.state.replaceSelection(text), { userEvent: "input.paste", scrollIntoView: true });
    }
    say(remote && texts.remote, lost && texts.lost);
    addPictures(files.map(({ source, words }) => ({ file: fileOf(source), words })).filter(({ file }) => file));
  }

  function dropFiles(event) {
    const files = [...(event.dataTransfer?.files ?? [])].filter(isPicture);
    if (!files.length) {
      return false;
    }
    event.preventDefault();
    const at = view.posAtCoords({ x: event.clientX, y: event.clientY });
    if (at !== null) {
      view.dispatch({ selection: { anchor: at } });
    }
    addPictures(files.map((file) => ({ file, words: "" })));
    return true;
  }

  async function addPictures(pictures) {
    for (const { file, words } of pictures) {
      const answer = await upload(file);
      if (answer) {
        const described = await ask(file, words);
        if (described !== null) {
          insertBlock(view, `![${described}](${answer.url})`);
        }
      }
    }
    if (pictures.length) {
      view.focus();
    }
  }

  async function upload(file) {
    const [, review] = location.pathname.match(/\/review\/([0-9a-f-]{36})\//) ?? [];
    if (!review || !texts.upload) {
      say(texts.saveFirst);
      return null;
    }
    const sent = new FormData();
    sent.append("file", file, file.name || "picture");
    sent.append("review", review);
    say(texts.uploading);
    try {
      const response = await post(texts.upload, sent);
      const answer = await response.json();
      say(response.ok ? "" : (answer.error ?? texts.failed));
      return response.ok ? answer : null;
    } catch {
      say(texts.failed);
      return null;
    }
  }

  // Asks what the picture shows. Returns null if the person cancels.
  function ask(file, words) {
    const field = dialog.querySelector("textarea");
    field.value = words;
    dialog.querySelector("[data-file]").textContent = file.name;
    dialog.returnValue = "";
    dialog.showModal();
    field.focus();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => {
        const described = field.value.replace(/\s+/g, " ").replace(/[[\]]/g, "").trim();
        resolve(dialog.returnValue === "insert" ? described : null);
      }, { once: true });
    });
  }

  startToolbar(toolbar, view, commands, (files) => addPictures(files.map((file) => ({ file, words: "" }))));
  startPreview(textarea, texts.preview, toolbar.querySelector("[data-toggles-preview]"));
}

function post(url, sent) {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  return fetch(url, { method: "POST", body: sent, headers: { "X-CSRFToken": token } });
}

// The content security policy doesn't allow fetching data: URLs.
function fileOf(source) {
  const [, type, data] = source.match(/^data:(image\/[a-z+.-]+);base64,(.*)$/is) ?? [];
  if (!data) {
    return null;
  }
  const bytes = Uint8Array.from(atob(data.replace(/\s/g, "")), (character) => character.charCodeAt(0));
  return new File([bytes], `picture.${type.split("/")[1]}`, { type });
}

function startToolbar(toolbar, view, commands, addFiles) {
  const buttons = [...toolbar.querySelectorAll("button")];
  const chooser = document.createElement("input");
  chooser.type = "file";
  chooser.accept = "image/png,image/jpeg,image/webp,image/gif";
  chooser.addEventListener("change", () => {
    addFiles([...chooser.files]);
    chooser.value = "";
  });
  for (const button of buttons) {
    const { command, key } = button.dataset;
    button.tabIndex = button === buttons[0] ? 0 : -1;
    if (key) {
      const keys = `${MAC ? "⌘" : "Ctrl"}+${key}`;
      button.title = `${button.getAttribute("aria-label")} (${keys})`;
      button.setAttribute("aria-keyshortcuts", `${MAC ? "Meta" : "Control"}+${key}`);
    } else if (button.hasAttribute("aria-label")) {
      button.title = button.getAttribute("aria-label");
    }
    // The text keeps its selection while a button is clicked.
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", () => {
      if (command) {
        commands[command](view);
        view.focus();
      } else if ("picture" in button.dataset) {
        chooser.click();
      }
    });
  }
  // The arrow keys move between the buttons of a toolbar, which is one stop of the Tab key.
  toolbar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const shown = buttons.filter((button) => button.offsetParent);
      const target = shown[(shown.indexOf(document.activeElement) + step + shown.length) % shown.length];
      buttons.forEach((button) => (button.tabIndex = button === target ? 0 : -1));
      target.focus();
    }
  });
}

function startPreview(textarea, url, toggle) {
  const screen = document.querySelector(".writing");
  const pane = screen.querySelector(".live-preview");
  const views = screen.querySelector(".view-switch");
  const fields = ["headline", "summary", "body"].map((name) => document.getElementById(`id_${name}`));
  const language = document.getElementById("id_language");
  const wide = matchMedia("(min-width: 64rem)");
  let timer = null;
  let lasted = 0;
  let isStale = true;
  let isRunning = false;

  async function refresh() {
    if (isRunning) {
      timer = setTimeout(refresh, lasted);
      return;
    }
    if (pane.hidden && language?.value) {
      return;
    }
    isRunning = true;
    isStale = false;
    const sent = new FormData();
    fields.forEach((field) => sent.append(field.name, field.value));
    const begun = performance.now();
    try {
      const response = await post(url, sent);
      if (response.ok) {
        const answer = await response.json();
        pane.innerHTML = answer.html;
        if (language && answer.language) {
          language.placeholder = answer.language;
        }
      }
    } catch {
      isStale = true; // offline. The next change tries again.
    }
    lasted = performance.now() - begun;
    isRunning = false;
  }

  function show(shown) {
    pane.hidden = !shown;
    screen.classList.toggle("with-preview", shown);
    toggle.setAttribute("aria-pressed", String(shown));
    for (const button of views.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String((button.dataset.shows === "preview") === shown));
    }
    if (shown && isStale) {
      refresh();
    }
  }

  toggle.addEventListener("click", () => {
    show(pane.hidden);
    localStorage.setItem("preview", pane.hidden ? "folded" : "open");
  });
  views.addEventListener("click", ({ target }) => target.dataset.shows && show(target.dataset.shows === "preview"));
  views.hidden = false;
  for (const field of fields) {
    field.addEventListener("input", () => {
      isStale = true;
      clearTimeout(timer);
      timer = setTimeout(refresh, Math.max(400, 3 * lasted));
    });
  }
  // A translation has its original beside the text.
  const hasOriginal = document.querySelector(".beside .original") !== null;
  const start = () => show(wide.matches && !hasOriginal && localStorage.getItem("preview") !== "folded");
  wide.addEventListener("change", start);
  start();
}
