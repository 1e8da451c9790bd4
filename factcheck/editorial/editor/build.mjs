// Builds the editor into one file, and collects the licences of everything that is in it.
import { build } from "esbuild";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const target = process.argv[2] ?? join(here, "../static/editorial");
const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: ["src/editor.js"],
  outfile: join(target, "editor.js"),
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  banner: { js: "// Built by `make editor` from factcheck/editorial/editor. The licences are in editor.licences.txt." },
});
const packages = new Set();
for (const [path, { bytesInOutput }] of Object.entries(Object.values(metafile.outputs)[0].inputs)) {
  const name = path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1];
  if (name && bytesInOutput) {
    packages.add(name);
  }
}
const texts = [...packages].sort().map((name) => {
  const folder = join(here, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[sc]e/i.test(entry));
  return `${name} ${version} (${license})\n\n${file ? readFileSync(join(folder, file), "utf8").trim() : ""}\n`;
});
writeFileSync(join(target, "editor.licences.txt"), texts.join(`\n${"-".repeat(80)}\n\n`));
