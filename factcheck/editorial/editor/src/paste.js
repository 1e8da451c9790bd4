// Turns HTML from Word, Google Docs and web pages into Markdown. Styles and tracking wrappers are left out.
import { gfm } from "@joplin/turndown-plugin-gfm";
import TurndownService from "turndown";

const TRACKERS = /^(utm_\w+|fbclid|gclid|mc_[ce]id|igshid)$/;

// The URL without a redirect through Google or Facebook and without tracking parameters. Empty for other schemes.
export function cleanUrl(href) {
  let url;
  try {
    url = new URL(href);
  } catch {
    return "";
  }
  const inner = url.searchParams.get("q") ?? url.searchParams.get("url") ?? url.searchParams.get("u");
  const redirects = /(^|\.)google\.[a-z.]+$/.test(url.hostname) && url.pathname === "/url";
  if (inner && (redirects || (/^lm?\.facebook\.com$/.test(url.hostname) && url.pathname === "/l.php"))) {
    return cleanUrl(inner);
  }
  if (!["http:", "https:", "mailto:"].includes(url.protocol)) {
    return "";
  }
  const tracking = [...url.searchParams.keys()].filter((name) => TRACKERS.test(name));
  tracking.forEach((name) => url.searchParams.delete(name));
  return tracking.length ? url.href : href;
}

const styleOf = (node) => (node.dataset.style ?? "").toLowerCase().replace(/\s+/g, "");

function rename(node, name) {
  const other = node.ownerDocument.createElement(name);
  other.append(...node.childNodes);
  node.replaceWith(other);
  return other;
}

// Word writes list items as paragraphs with a bullet in a span. The level is part of the style.
function readWordLists(body) {
  let list = [];
  for (const paragraph of [...body.querySelectorAll("p")]) {
    const [, level] = styleOf(paragraph).match(/mso-list:l\d+level(\d+)/) ?? [];
    if (!level) {
      continue;
    }
    const bullet = [...paragraph.querySelectorAll("span")].find((span) => styleOf(span).includes("mso-list:ignore"));
    const kind = /^\(?([0-9]+|[a-z]|[ivxlc]+)[.)]/i.test(bullet?.textContent.trim() ?? "") ? "ol" : "ul";
    bullet?.remove();
    const before = paragraph.previousElementSibling;
    if (!list.length || before !== list[0].list) {
      list = [];
    }
    list.length = Math.min(list.length, Number(level));
    while (list.length < Number(level)) {
      const made = body.ownerDocument.createElement(kind);
      if (list.length) {
        const parent = list.at(-1).list;
        (parent.lastElementChild ?? parent.appendChild(body.ownerDocument.createElement("li"))).append(made);
      } else {
        paragraph.before(made);
      }
      list.push({ list: made });
    }
    list.at(-1).list.append(rename(paragraph, "li"));
  }
}

// Google Docs writes a nested list after its item. HTML has it inside the item.
function readNestedLists(body) {
  for (const list of body.querySelectorAll("li + ul, li + ol")) {
    list.previousElementSibling.append(list);
  }
}

// Google Docs and Word write bold and italic as styles, and Google Docs wraps everything in a <b> that isn't bold.
function readStyles(body) {
  for (const node of [...body.querySelectorAll("b, strong, i, em, span, p")]) {
    const style = styleOf(node);
    const weight = style.match(/(?:^|;)font-weight:(\w+)/)?.[1];
    if (node.matches("b, strong") && (weight === "normal" || weight === "400")) {
      node.replaceWith(...node.childNodes);
      continue;
    }
    if (node.matches("i, em") && /(^|;)font-style:normal/.test(style)) {
      node.replaceWith(...node.childNodes);
      continue;
    }
    if (!node.matches("span") || node.closest("h1, h2, h3, h4, h5, h6") || !node.textContent.trim()) {
      continue;
    }
    const bold = weight === "bold" || Number(weight) >= 600;
    const italic = /(^|;)font-style:italic/.test(style);
    if (bold || italic) {
      const outer = rename(node, bold ? "strong" : "em");
      if (bold && italic) {
        const inner = body.ownerDocument.createElement("em");
        inner.append(...outer.childNodes);
        outer.append(inner);
      }
    }
  }
}

// The first row of a table is its head, because Markdown has no tables without a head.
function readTables(body) {
  for (const table of body.querySelectorAll("table")) {
    table.querySelectorAll("colgroup").forEach((group) => group.remove());
    for (const cell of table.querySelectorAll("td, th")) {
      cell.querySelectorAll("p, div").forEach((block) => {
        if (block.nextElementSibling) {
          block.append(" ");
        }
        block.replaceWith(...block.childNodes);
      });
      cell.querySelectorAll("br").forEach((end) => end.replaceWith(" "));
    }
    const first = table.querySelector("tr");
    if (first && !table.querySelector("th")) {
      [...first.children].forEach((cell) => rename(cell, "th"));
    }
    table.querySelectorAll("th :is(b, strong)").forEach((node) => node.replaceWith(...node.childNodes));
  }
}

function readTitles(body) {
  for (const paragraph of [...body.querySelectorAll("p.MsoTitle, p[class*=Heading]")]) {
    rename(paragraph, paragraph.matches(".MsoTitle") ? "h2" : "h3");
  }
  for (const heading of body.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    heading.querySelectorAll("b, strong, i, em").forEach((node) => node.replaceWith(...node.childNodes));
  }
  body.querySelectorAll("h1").forEach((heading) => rename(heading, "h2"));
}

function joinMarks(body) {
  for (const node of [...body.querySelectorAll("strong + strong, em + em, b + b, i + i")]) {
    if (node.previousSibling === node.previousElementSibling) {
      node.previousElementSibling.append(...node.childNodes);
      node.remove();
    }
  }
}

function makeConverter(pictures, labels) {
  const service = new TurndownService({
    headingStyle: "atx",
    bulletListMarker: "-",
    codeBlockStyle: "fenced",
    emDelimiter: "*",
    hr: "---",
  });
  service.use(gfm);
  service.remove(["style", "script", "title", "meta", "link", "xml", "o:p"]);
  service.addRule("strikethrough", { filter: ["del", "s", "strike"], replacement: (text) => text });
  service.addRule("link", {
    filter: (node) => node.nodeName === "A",
    replacement: (text, node) => {
      const url = cleanUrl(node.getAttribute("href") ?? "");
      const words = text.replace(/\s*\n\s*/g, " ");
      if (!url || !words.trim()) {
        return words;
      }
      return words.replace(/\\(.)/g, "$1") === url ? `<${url}>` : `[${words}](${url.replace(/\(/g, "%28").replace(/\)/g, "%29")})`;
    },
  });
  service.addRule("picture", {
    filter: "img",
    replacement: (_text, node) => {
      const source = node.getAttribute("src") ?? "";
      const words = (node.getAttribute("alt") ?? "").replace(/\s+/g, " ").replace(/[[\]]/g, "").trim();
      if (/^https?:/i.test(source)) {
        pictures.remote += 1;
        return `[${words || labels.picture}](${cleanUrl(source)})`;
      }
      if (/^data:image\//i.test(source)) {
        pictures.files.push({ source, words });
        return "";
      }
      pictures.lost += 1;
      return "";
    },
  });
  service.addRule("item", {
    filter: "li",
    replacement: (text, node, { bulletListMarker }) => {
      const parent = node.parentNode;
      const items = [...parent.children].filter(({ nodeName }) => nodeName === "LI");
      const start = Number(parent.getAttribute("start") ?? 1);
      const sign = parent.nodeName === "OL" ? `${start + items.indexOf(node)}. ` : `${bulletListMarker} `;
      const content = text.trim().replace(/\n{2,}/g, "\n").replace(/\n/g, `\n${" ".repeat(sign.length)}`);
      return `${sign}${content}${node.nextSibling ? "\n" : ""}`;
    },
  });
  return service;
}

// The Markdown, and the pictures that were left out of it: files to upload, remote pictures, and unreadable pictures.
export function htmlToMarkdown(html, labels = { picture: "picture" }) {
  const pictures = { files: [], remote: 0, lost: 0 };
  // Word's conditional comments contain copies of bullets and pictures.
  const plain = html.replace(/<!--\[if[\s\S]*?<!\[endif\]-->/gi, "").replace(/<!\[(if|endif)[^>]*>/gi, "");
  // A parser reports style attributes to the content security policy. Here they only tell what is bold or a list.
  const unstyled = plain.replace(/<style[\s\S]*?<\/style>/gi, "");
  const clean = unstyled.replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\sstyle(?=\s*=)/i, " data-style"));
  const { body } = new DOMParser().parseFromString(clean, "text/html");
  body.querySelectorAll("style, script, meta, link, title, template, iframe").forEach((node) => node.remove());
  readTitles(body);
  readWordLists(body);
  readNestedLists(body);
  readStyles(body);
  readTables(body);
  joinMarks(body);
  const markdown = makeConverter(pictures, labels).turndown(body);
  const text = markdown.replace(/\u00a0/g, " ").replace(/[ \t]+$/gm, "").replace(/\n{3,}/g, "\n\n").trim();
  return { text, ...pictures };
}
