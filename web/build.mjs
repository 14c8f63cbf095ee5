// Builds persona/web/ from src/. The result is kept in the repository: serving the page needs neither node nor npm.
import { createHash } from "node:crypto";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const src = new URL("./src/", import.meta.url);
const out = new URL("../persona/web/", import.meta.url);
const sha = (data) => createHash("sha256").update(data).digest("hex");

const result = await build({
  entryPoints: [new URL("main.jsx", src).pathname],
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2019"],
  jsx: "automatic",
  charset: "utf8",
  legalComments: "none",
  define: { "process.env.NODE_ENV": '"production"' },
  loader: { ".css": "css" },
  outfile: "chat.js",
  write: false,
  metafile: true,
});
for (const file of result.outputFiles) {
  const css = file.path.endsWith(".css");
  // ChatUI's stylesheet names fonts on another host; the page contacts its own origin only.
  const text = css ? file.text.replace(/@font-face\{[^}]*\}/g, "") : file.text;
  await writeFile(new URL(css ? "chat.css" : "chat.js", out), text);
}
for (const name of ["chat.html", "index.html", "demo.css", "widget.js"]) {
  await writeFile(new URL(name, out), await readFile(new URL(name, src)));
}

const packages = new Set();
for (const path of Object.keys(result.metafile.inputs)) {
  const found = path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//g)?.pop();
  if (found) packages.add(found.slice("node_modules/".length, -1));
}
let notice = "chat.js and chat.css contain the following packages.\n";
for (const name of [...packages].sort()) {
  const root = new URL(`./node_modules/${name}/`, import.meta.url);
  const about = JSON.parse(await readFile(new URL("package.json", root), "utf8"));
  const file = (await readdir(root)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? (await readFile(new URL(file, root), "utf8")).trim() : `License: ${about.license}`;
  notice += `\n---- ${about.name} ${about.version} (${about.license})\n\n${text}\n`;
}
await writeFile(new URL("THIRD-PARTY.txt", out), notice);

// What was built from what: a test compares, so a changed source with an old page is noticed without node.
const sums = { sources: {}, built: {} };
for (const name of (await readdir(src)).sort()) sums.sources[`src/${name}`] = sha(await readFile(new URL(name, src)));
for (const name of ["build.mjs", "package.json", "package-lock.json"]) {
  sums.sources[name] = sha(await readFile(new URL(`./${name}`, import.meta.url)));
}
for (const name of (await readdir(out)).sort()) {
  if (name !== "build.json") sums.built[name] = sha(await readFile(new URL(name, out)));
}
await writeFile(new URL("build.json", out), JSON.stringify(sums, null, 2) + "\n");
