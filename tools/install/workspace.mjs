import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SetupError } from "./setup-error.mjs";

/**
 * Installs the workspace's packages as the lockfile has them, with the pinned pnpm. Does nothing when nothing that
 * decides about them has changed.
 *
 * @param {string} root the repository
 * @param {string} pnpm the version
 * @param {(line: string) => void} say
 * @throws {SetupError} when pnpm fails
 */
export function installWorkspace(root, pnpm, say) {
  const stamp = join(root, "node_modules/.pipelines-setup");
  const wanted = fingerprint(root);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  say("packages: installing with pnpm…");
  const ended = spawnSync("npx", ["--yes", `pnpm@${pnpm}`, "install", "--frozen-lockfile", "--reporter=append-only"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    // npm hands its own settings down as variables, which pnpm warns about.
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("npm_"))),
  });
  if (ended.status !== 0) {
    throw new SetupError(
      `installing the packages failed; run \`npx pnpm@${pnpm} install --frozen-lockfile\` to see why`,
    );
  }
  mkdirSync(join(root, "node_modules"), { recursive: true });
  writeFileSync(stamp, wanted);
}

/** @param {string} root */
function fingerprint(root) {
  const packages = readdirSync(join(root, "packages")).map((name) => `packages/${name}/package.json`);
  const hash = createHash("sha256");
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json", ...packages.toSorted()]) {
    if (existsSync(join(root, file))) hash.update(file).update(readFileSync(join(root, file)));
  }
  return hash.digest("hex");
}
