// Tables in Markdown: inserting, moving between cells with Tab, and adding rows and columns.
import { insertBlock } from "./commands.js";

const ROW = /^\s*\|.*\|\s*$/;
const DIVIDER = /^\s*\|(\s*:?-+:?\s*\|)+\s*$/;

// The places of the cells in a line. A pipe after a backslash belongs to a cell.
function cellsOf(line) {
  const pipes = [...line.text.matchAll(/(?<!\\)\|/g)].map(({ index }) => index);
  return pipes.slice(0, -1).map((pipe, number) => {
    const inside = line.text.slice(pipe + 1, pipes[number + 1]);
    const from = line.from + pipe + 1 + (inside.trim() ? inside.length - inside.trimStart().length : 1);
    return { from: Math.min(from, line.from + pipes[number + 1]), to: from + inside.trim().length };
  });
}

function tableAt({ doc, selection: { main } }) {
  const line = doc.lineAt(main.head);
  if (!ROW.test(line.text)) {
    return null;
  }
  let first = line.number;
  let last = line.number;
  while (first > 1 && ROW.test(doc.line(first - 1).text)) {
    first -= 1;
  }
  while (last < doc.lines && ROW.test(doc.line(last + 1).text)) {
    last += 1;
  }
  const lines = Array.from({ length: last - first + 1 }, (_, number) => doc.line(first + number));
  return lines.length > 1 && DIVIDER.test(lines[1].text) ? { line, lines, columns: cellsOf(lines[0]).length } : null;
}

export const isInTable = (state) => tableAt(state) !== null;

export function insertTable(labels) {
  return (view) => {
    const head = `| ${labels.column} 1 | ${labels.column} 2 |`;
    insertBlock(view, `${head}\n| --- | --- |\n|  |  |\n|  |  |`, [2, 2 + labels.column.length + 2]);
    return true;
  };
}

export function addRow(view) {
  const table = tableAt(view.state);
  if (!table) {
    return false;
  }
  const line = table.line.number <= table.lines[1].number ? table.lines[1] : table.line;
  const insert = `\n${"|  ".repeat(table.columns)}|`;
  view.dispatch({ changes: { from: line.to, insert }, selection: { anchor: line.to + 3 }, userEvent: "input" });
  return true;
}

export function addColumn(view) {
  const table = tableAt(view.state);
  if (!table) {
    return false;
  }
  const changes = table.lines.map(({ to, text }) => ({
    from: to - (text.length - text.trimEnd().length),
    insert: DIVIDER.test(text) ? " --- |" : "  |",
  }));
  view.dispatch({ changes, userEvent: "input" });
  return true;
}

// Moves to the next or previous cell. After the last cell, a new row is added.
export const moveCell = (step) => (view) => {
  const table = tableAt(view.state);
  if (!table) {
    return false;
  }
  const cells = table.lines.filter(({ text }) => !DIVIDER.test(text)).flatMap(cellsOf);
  const { head } = view.state.selection.main;
  const current = cells.findLastIndex(({ from }) => from <= head);
  const target = cells[current + step];
  if (target) {
    view.dispatch({ selection: { anchor: target.from, head: target.to }, scrollIntoView: true });
    return true;
  }
  return step > 0 && addRow(view);
};
