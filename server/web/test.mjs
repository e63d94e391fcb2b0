// Runs test/*.test.ts with Node's own test runner.

import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import * as esbuild from "esbuild";

const here = import.meta.dirname;
const names = (await readdir(path.join(here, "test"))).filter((name) => name.endsWith(".test.ts")).sort();
const out = await mkdtemp(path.join(tmpdir(), "rujukan-web-"));
try {
  await esbuild.build({
    absWorkingDir: here,
    bundle: true,
    entryPoints: names.map((name) => path.join("test", name)),
    format: "esm",
    logLevel: "warning",
    outdir: out,
    outExtension: { ".js": ".mjs" },
    platform: "node",
    sourcemap: "inline",
    target: "node20",
  });
  const files = names.map((name) => path.join(out, name.replace(/\.ts$/, ".mjs")));
  const done = spawnSync(process.execPath, ["--test", "--test-reporter=spec", "--enable-source-maps", ...files], {
    stdio: "inherit",
  });
  process.exitCode = done.status ?? 1;
} finally {
  await rm(out, { recursive: true, force: true });
}
