// Bundles every *.ts and *.css of this folder, draws the icon sprite and writes the manifest.
// What entry points share lives in subfolders, so that a new page script needs no change here.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, parse } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { icons } from "./icons.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "..", "static", "dist");
const iconFolder = join(createRequire(import.meta.url).resolve("lucide-static/package.json"), "..", "icons");

async function bundle() {
  const names = (await readdir(here)).filter((name) => /(?<!\.d|\.test)\.ts$|\.css$/.test(name));
  const result = await build({
    entryPoints: names.map((name) => join(here, name)),
    outdir: dist,
    entryNames: "[name]-[hash]",
    chunkNames: "part-[hash]",
    assetNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    minify: true,
    // The oldest phones still in use: an iPhone 6s on iOS 15, an Android 6 with its last Chrome.
    target: ["chrome99", "firefox97", "safari15.4"],
    metafile: true,
    legalComments: "none",
    logLevel: "warning",
  });
  const files = {};
  const kept = [];
  for (const [path, output] of Object.entries(result.metafile.outputs)) {
    kept.push(basename(path));
    if (!output.entryPoint) continue;
    const extension = parse(path).ext;
    // A script that imports a stylesheet lists it apart; only the entry itself goes under its name.
    files[parse(output.entryPoint).name + extension] = basename(path);
  }
  return { files, kept };
}

async function put(name, text) {
  const { name: stem, ext } = parse(name);
  const mark = createHash("sha256").update(text).digest("hex").slice(0, 8);
  const hashed = `${stem}-${mark}${ext}`;
  await writeFile(join(dist, hashed), text);
  return hashed;
}

async function sprite() {
  const symbols = await Promise.all(
    [...icons].sort().map(async (name) => {
      const svg = await readFile(join(iconFolder, `${name}.svg`), "utf8");
      const shapes = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.indexOf("</svg>"));
      return (
        `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" ` +
        `stroke-linecap="round" stroke-linejoin="round">${shapes.replace(/\s*\n\s*/g, "").trim()}</symbol>`
      );
    }),
  );
  const notice = "<!-- Icons by Lucide and Feather contributors, ISC and MIT licences -->";
  return `${notice}<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

await mkdir(dist, { recursive: true });
const { files, kept } = await bundle();
files["icons.svg"] = await put("icons.svg", await sprite());
files["mark.svg"] = await put("mark.svg", await readFile(join(here, "mark.svg"), "utf8"));
const manifest = { files: Object.fromEntries(Object.entries(files).sort()), icons: [...icons].sort() };
await writeFile(join(dist, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");

const wanted = new Set([...kept, ...Object.values(files), "manifest.json"]);
for (const name of await readdir(dist)) {
  if (!wanted.has(name)) await rm(join(dist, name), { recursive: true });
}
