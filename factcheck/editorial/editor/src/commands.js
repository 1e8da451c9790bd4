// Commands that mark text as Markdown. Each command changes only the selection or the lines that contain it.
import { EditorSelection } from "@codemirror/state";

// Adds the mark around each selection, or removes it. Without a selection, the cursor is placed between the marks.
export const mark = (sign) => (view) => {
  const { state } = view;
  const length = sign.length;
  const change = state.changeByRange(({ from, to }) => {
    const before = state.sliceDoc(Math.max(0, from - length), from);
    const after = state.sliceDoc(to, to + length);
    if (before === sign && after === sign) {
      return {
        changes: [{ from: from - length, to: from }, { from: to, to: to + length }],
        range: EditorSelection.range(from - length, to - length),
      };
    }
    return {
      changes: [{ from, insert: sign }, { from: to, insert: sign }],
      range: EditorSelection.range(from + length, to + length),
    };
  });
  view.dispatch(state.update(change, { scrollIntoView: true, userEvent: "input" }));
  return true;
};

function selectedLines({ doc, selection: { main } }) {
  const lines = [];
  for (let at = doc.lineAt(main.from); ; at = doc.lineAt(at.to + 1)) {
    lines.push(at);
    if (at.to >= main.to) {
      return lines;
    }
  }
}

// Adds the prefix to each selected line, or removes it if all of them have it. `other` matches prefixes to replace.
export const prefix = (sign, other = /^$/) => (view) => {
  const all = selectedLines(view.state);
  const lines = all.length > 1 ? all.filter(({ text }) => text.trim()) : all;
  const everywhere = lines.every(({ text }) => text.startsWith(sign));
  const changes = lines.map(({ from, text }) => {
    if (everywhere) {
      return { from, to: from + sign.length };
    }
    return { from, to: from + (text.match(other)?.[0].length ?? 0), insert: text.startsWith(sign) ? undefined : sign };
  });
  const set = view.state.changes(changes);
  const { anchor, head } = view.state.selection.main;
  const selection = { anchor: set.mapPos(anchor, 1), head: set.mapPos(head, 1) };
  view.dispatch({ changes: set, selection, scrollIntoView: true, userEvent: "input" });
  return true;
};

const URL_TEXT = /^(https?:\/\/|mailto:)\S+$/;

// Makes the selection a link. The part that is still missing is selected: the words, or the URL.
export function link(view) {
  const { main } = view.state.selection;
  const text = view.state.sliceDoc(main.from, main.to);
  const isUrl = URL_TEXT.test(text);
  const insert = isUrl ? `[](${text})` : `[${text}](https://)`;
  const start = isUrl || !text ? main.from + 1 : main.from + text.length + 3;
  const end = isUrl || !text ? start : start + "https://".length;
  view.dispatch({
    changes: { from: main.from, to: main.to, insert },
    selection: { anchor: start, head: end },
    userEvent: "input",
  });
  return true;
}

// Links the selected words to a pasted URL.
export function linkTo(view, url) {
  const { main } = view.state.selection;
  const words = view.state.sliceDoc(main.from, main.to);
  if (main.empty || words.includes("\n") || URL_TEXT.test(words) || !URL_TEXT.test(url)) {
    return false;
  }
  view.dispatch(view.state.replaceSelection(`[${words}](${url})`));
  return true;
}

// Inserts Markdown as a block, with a blank line before and after it.
export function insertBlock(view, text, select) {
  const { state } = view;
  const { from, to } = state.selection.main;
  const before = state.sliceDoc(Math.max(0, from - 2), from);
  const after = state.sliceDoc(to, to + 2);
  const gap = from === 0 || before === "\n\n" ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const end = to === state.doc.length || after === "\n\n" ? "" : after.startsWith("\n") ? "\n" : "\n\n";
  const at = from + gap.length;
  const anchor = select ? at + select[0] : at + text.length;
  view.dispatch({
    changes: { from, to, insert: gap + text + end },
    selection: { anchor, head: select ? at + select[1] : anchor },
    scrollIntoView: true,
    userEvent: "input.paste",
  });
}
