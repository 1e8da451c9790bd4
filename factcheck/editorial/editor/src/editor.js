// The editor for the text of a review. The text stays Markdown, so opening it never changes it.
//
// CodeMirror adds its styles to the page. In a shadow root it uses constructed style sheets, which the site's content
// security policy allows without exceptions.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { deleteMarkupBackward, insertNewlineContinueMarkup, markdownLanguage } from "@codemirror/lang-markdown";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";

import { insertBlock, link, linkTo, mark, prefix } from "./commands.js";
import { addColumn, addRow, insertTable, isInTable, moveCell } from "./tables.js";

export { htmlToMarkdown, cleanUrl } from "./paste.js";
export { insertBlock, linkTo };

const theme = EditorView.theme({
  "&": { color: "var(--body-fg)", backgroundColor: "var(--body-bg)", fontSize: "1rem" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "inherit", lineHeight: "1.65", overflow: "visible" },
  ".cm-content": { padding: "0.75rem 0", minHeight: "16rem", caretColor: "var(--body-fg)" },
  ".cm-line": { padding: "0 0.9rem" },
  ".cm-cursor": { borderLeftColor: "var(--body-fg)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "color-mix(in srgb, var(--link-fg) 28%, transparent)",
  },
});

const look = HighlightStyle.define([
  { tag: tags.heading, fontWeight: "700" }, // also the head of a table
  {
    tag: [tags.heading1, tags.heading2, tags.heading3, tags.heading4, tags.heading5, tags.heading6],
    fontWeight: "700",
    fontSize: "1.2em",
  },
  { tag: tags.strong, fontWeight: "700" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: [tags.link, tags.url], color: "var(--link-fg)" },
  { tag: tags.quote, color: "var(--soft)" },
  { tag: tags.monospace, fontFamily: "ui-monospace, monospace" },
  { tag: [tags.processingInstruction, tags.contentSeparator], color: "var(--soft)", fontWeight: "400" },
]);

const HEADINGS = /^#{1,6} /;

export function makeCommands(labels) {
  return {
    bold: mark("**"),
    italic: mark("*"),
    heading: prefix("## ", HEADINGS),
    link,
    quote: prefix("> "),
    list: prefix("- ", /^\d+[.)] /),
    table: insertTable(labels),
    row: addRow,
    column: addColumn,
  };
}

const SHORTCUTS = {
  "Mod-b": "bold", "Mod-i": "italic", "Mod-Alt-2": "heading", "Mod-k": "link",
  "Mod-Shift-9": "quote", "Mod-Shift-8": "list",
};

// Replaces the textarea on the screen. The textarea stays in the form and always has the current text.
export function createEditor(textarea, { commands, label, onPaste, onDrop, onTable }) {
  const host = document.createElement("div");
  host.className = "editor-text";
  textarea.before(host);
  const root = host.attachShadow({ mode: "open" });
  const place = root.appendChild(document.createElement("div"));
  let own = false;
  const shortcuts = Object.entries(SHORTCUTS).map(([key, name]) => ({ key, run: commands[name], preventDefault: true }));
  const view = new EditorView({
    root,
    parent: place,
    state: EditorState.create({
      doc: textarea.value,
      extensions: [
        history(),
        drawSelection(),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          "aria-label": label,
          "aria-multiline": "true",
          spellcheck: "true",
          autocorrect: "on",
          autocapitalize: "sentences",
          lang: textarea.lang,
        }),
        markdownLanguage,
        syntaxHighlighting(look),
        theme,
        Prec.high(keymap.of([
          ...shortcuts,
          { key: "Tab", run: moveCell(1), shift: moveCell(-1) },
          { key: "Enter", run: insertNewlineContinueMarkup },
          { key: "Backspace", run: deleteMarkupBackward },
        ])),
        keymap.of([...defaultKeymap, ...historyKeymap]),
        EditorView.domEventHandlers({ paste: onPaste, drop: onDrop }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !own) {
            own = true;
            textarea.value = update.state.doc.toString();
            textarea.dispatchEvent(new Event("input", { bubbles: true }));
            own = false;
          }
          if (update.docChanged || update.selectionSet) {
            onTable(isInTable(update.state));
          }
        }),
      ],
    }),
  });
  // Another script, for example one that restores a saved state, can change the textarea.
  textarea.addEventListener("input", () => {
    if (!own && textarea.value !== view.state.doc.toString()) {
      own = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: textarea.value } });
      own = false;
    }
  });
  textarea.hidden = true;
  if (textarea.getAttribute("aria-invalid")) {
    view.focus();
  }
  for (const each of textarea.labels) {
    each.addEventListener("click", () => view.focus());
  }
  return view;
}
