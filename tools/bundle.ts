import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { build, COMPONENTS, type Component } from "./bundle/build.ts";

/**
 * Builds the bundles of the three actions, and of the installer that they share, into `actions/<component>/dist`. With `--check` it builds into a temporary folder
 * instead and fails when a committed file differs, is missing or is left over: `git diff` would not see new files.
 */
const root = resolve(import.meta.dirname, "..");
const check = process.argv.includes("--check");

/** The oldest Node that the actions take. */
const oldestNode = resolve(root, "tools/oldest-node/node_modules/.bin/node");

/** Starts a bundle's self-test from an empty folder, with the oldest Node that its action takes and with our own. */
function startsAlone(component: Component, folder: string): string[] {
  return [oldestNode, process.execPath].flatMap((node) => startsWith(node, component, folder));
}

function startsWith(node: string, component: Component, folder: string): string[] {
  const empty = mkdtempSync(join(tmpdir(), "pipelines-start-"));
  const ended = spawnSync(node, [join(folder, "main.mjs"), "--self-test"], {
    cwd: empty,
    env: { PATH: process.env["PATH"] ?? "" },
    encoding: "utf8",
    timeout: 60_000,
  });
  rmSync(empty, { recursive: true, force: true });
  const why = ended.error?.message ?? `exit ${ended.status}: ${ended.stderr}${ended.stdout}`;
  return ended.status === 0 ? [] : [`${component}: the bundle does not pass its self-test with ${node} (${why})`];
}

function differences(committed: string, built: string, component: Component): string[] {
  const names = new Set([...readdirSync(built), ...(existsSync(committed) ? readdirSync(committed) : [])]);
  return [...names].flatMap((name) => {
    const [ours, fresh] = [join(committed, name), join(built, name)];
    if (!existsSync(ours)) return [`actions/${component}/dist/${name} is missing`];
    if (!existsSync(fresh)) return [`actions/${component}/dist/${name} is left over`];
    return readFileSync(ours).equals(readFileSync(fresh))
      ? []
      : [`actions/${component}/dist/${name} differs from its source`];
  });
}

const problems: string[] = [];
for (const component of COMPONENTS) {
  const committed = resolve(root, `actions/${component}/dist`);
  const temporary = mkdtempSync(join(tmpdir(), "pipelines-bundle-"));
  problems.push(...(await build(component, temporary)), ...startsAlone(component, temporary));
  if (check) problems.push(...differences(committed, temporary, component));
  else {
    rmSync(committed, { recursive: true, force: true });
    mkdirSync(dirname(committed), { recursive: true });
    mkdirSync(committed);
    for (const name of readdirSync(temporary)) copyFileSync(join(temporary, name), join(committed, name));
    const size = readFileSync(join(committed, "main.mjs")).length;
    console.log(`actions/${component}/dist/main.mjs ${(size / 1024 / 1024).toFixed(2)} MiB`);
  }
  rmSync(temporary, { recursive: true, force: true });
}
for (const problem of problems) console.error(problem);
if (check && problems.length > 0) console.error("run `npm run bundle` and commit actions/*/dist");
process.exitCode = problems.length === 0 ? 0 : 1;
