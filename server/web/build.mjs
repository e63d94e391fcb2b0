// Bundles src/, styles/ and assets/ into the folder that the Python package serves (docs/pages.md).
// Usage: node build.mjs [FOLDER]; bundle.py calls it when something has changed.

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const here = import.meta.dirname;
const out = path.resolve(process.argv[2] ?? path.join(here, "../kg_server/static"));
const require = createRequire(import.meta.url);

// Evergreen browsers of the last two years.
const target = ["chrome128", "edge128", "firefox129", "safari18"];
const scripts = {
  site: "src/site.ts",
  theme: "src/theme.ts",
  query: "src/query/main.ts",
  review: "src/review/main.ts",
};
// What everything else stands upon comes first, what overrules everything comes last.
const first = ["tokens.css", "base.css", "layout.css"];
const last = ["print.css"];

/** One style sheet of all in styles/: a feature adds its file and nothing else. */
async function styleSheet() {
  const names = (await readdir(path.join(here, "styles"))).filter((name) => name.endsWith(".css")).sort();
  const own = names.filter((name) => !first.includes(name) && !last.includes(name));
  return [...first, ...own, ...last].map((name) => `@import "./${name}";`).join("\n");
}

/** `import place from "asset:package/file"` gives the place of a copied file, relative to the script. */
const assets = {
  name: "assets",
  setup(build) {
    build.onResolve({ filter: /^asset:/ }, ({ path: name }) => ({
      path: require.resolve(name.slice("asset:".length)),
      namespace: "asset",
    }));
    build.onLoad({ filter: /.*/, namespace: "asset" }, async ({ path: file }) => ({
      contents: await readFile(file),
      loader: "file",
    }));
  },
};

const common = {
  absWorkingDir: here,
  bundle: true,
  charset: "utf8",
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  assetNames: "[name]-[hash]",
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
  minify: true,
  outdir: out,
  plugins: [assets],
  target,
  write: false,
};

/** The bundles, and what esbuild says of them. */
async function bundle() {
  const { theme, ...modules } = scripts;
  return Promise.all([
    esbuild.build({ ...common, entryPoints: modules, format: "esm", splitting: true }),
    esbuild.build({ ...common, entryPoints: { theme }, format: "iife" }),
    esbuild.build({
      ...common,
      stdin: {
        contents: await styleSheet(),
        resolveDir: path.join(here, "styles"),
        sourcefile: "site.css",
        loader: "css",
      },
      entryNames: "site-[hash]",
    }),
  ]);
}

/** Files of assets/ as they are, with a hash in their names. */
async function copied() {
  const names = (await readdir(path.join(here, "assets"))).sort();
  return Promise.all(
    names.map(async (name) => {
      const contents = await readFile(path.join(here, "assets", name));
      const { name: stem, ext } = path.parse(name);
      const hash = createHash("sha256").update(contents).digest("hex").slice(0, 8).toUpperCase();
      return { entry: name, file: `${stem}-${hash}${ext}`, contents };
    }),
  );
}

/** Name, version, licence and its text of every package that is in the bundles. */
async function licences(results) {
  const folders = new Set();
  for (const { metafile } of results) {
    for (const output of Object.values(metafile.outputs)) {
      for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
        const found = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
        if (found && bytesInOutput > 0) folders.add(found[1]);
      }
    }
  }
  return Promise.all(
    [...folders].sort().map(async (name) => {
      const folder = path.join(here, "node_modules", name);
      const about = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
      const file = (await readdir(folder)).find((each) => /^(licen[cs]e|copying)/i.test(each));
      if (!file) throw new Error(`${name} has no licence file; it cannot be shipped.`);
      return {
        name,
        version: about.version,
        licence: about.license,
        text: (await readFile(path.join(folder, file), "utf8")).trim(),
      };
    }),
  );
}

/** For each entry: its file, the files that load with it, and those that may load later. */
function describe(results, extra) {
  const entries = {};
  for (const { metafile } of results) {
    const base = (file) => path.basename(file);
    for (const [file, output] of Object.entries(metafile.outputs)) {
      if (!output.entryPoint) continue;
      const name = base(file).replace(/-[A-Z0-9]{8}(?=\.)/, "");
      // A module that is only loaded later is an entry for esbuild, not for a page.
      if (file.endsWith(".js") && !(path.parse(name).name in scripts)) continue;
      const eager = new Set();
      const lazy = new Set();
      const visit = (each, late) => {
        for (const { path: target, kind, external } of metafile.outputs[each]?.imports ?? []) {
          if (external) continue;
          const wait = late || kind === "dynamic-import" || kind === "file-loader";
          const into = wait ? lazy : eager;
          if (into.has(base(target))) continue;
          into.add(base(target));
          visit(target, wait);
        }
      };
      visit(file, false);
      entries[name] = {
        file: base(file),
        chunks: [...eager].sort(),
        lazy: [...lazy].filter((each) => !eager.has(each)).sort(),
      };
    }
  }
  for (const { entry, file } of extra) entries[entry] = { file, chunks: [], lazy: [] };
  return Object.fromEntries(Object.entries(entries).sort());
}

const [results, extra] = await Promise.all([bundle(), copied()]);
const files = new Map(extra.map(({ file, contents }) => [file, contents]));
for (const result of results) for (const each of result.outputFiles) files.set(path.basename(each.path), each.contents);
files.set("licences.json", Buffer.from(`${JSON.stringify(await licences(results), null, 1)}\n`));

const manifest = {
  inputs: process.env.RUJUKAN_WEB_INPUTS ?? "",
  entries: describe(results, extra),
  files: Object.fromEntries(
    [...files]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, contents]) => [name, { bytes: contents.length, gzip: gzipSync(contents, { level: 6 }).length }]),
  ),
};

// The manifest goes first and comes last: a folder that has one is whole.
await mkdir(out, { recursive: true });
await rm(path.join(out, "manifest.json"), { force: true });
await Promise.all((await readdir(out)).filter((name) => !files.has(name)).map((name) => rm(path.join(out, name))));
await Promise.all([...files].map(([name, contents]) => writeFile(path.join(out, name), contents)));
await writeFile(path.join(out, "manifest.json"), `${JSON.stringify(manifest, null, 1)}\n`);
