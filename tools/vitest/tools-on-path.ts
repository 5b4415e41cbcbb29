import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";

/** What the tests start by name. Only `git` is taken for granted. */
const TOOLS = ["terragrunt", "tofu", "terraform"];

/**
 * Puts the pinned tools on the PATH of the tests. In the place of a missing one stands a program that says how to get it
 * and fails: a test that needs it fails (a skipped one would prove nothing), and one that does not runs all the same.
 */
export default function toolsOnPath(): () => void {
  const root = resolve(import.meta.dirname, "../..");
  const path = [resolve(root, ".tools/bin"), resolve(root, "node_modules/.bin"), process.env.PATH ?? ""];
  const missing = TOOLS.filter((tool) => !isOn(path.join(delimiter), tool));
  const folder = mkdtempSync(join(tmpdir(), "missing-tools-"));
  for (const tool of missing) {
    const script = `#!/bin/sh\necho '${tool} is missing: run \`npm run setup\`' >&2\nexit 127\n`;
    writeFileSync(join(folder, tool), script, { mode: 0o755 });
  }
  const remind = () => {
    if (missing.length === 0) return;
    console.warn(`missing: ${missing.join(", ")}. Tests that start them fail; \`npm run setup\` brings them.`);
  };
  remind();
  process.env.PATH = [...path, folder].join(delimiter);
  return () => {
    rmSync(folder, { recursive: true });
    remind();
  };
}

function isOn(path: string, program: string): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return folder !== "";
    } catch {
      return false;
    }
  });
}
