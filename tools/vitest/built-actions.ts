import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { build } from "../bundle/build.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A folder that is laid out like `actions`, with the bundles of the working tree's source. */
    builtActions: string;
  }
}

/** Builds what the played workflows run. A bundle starts in less than half the time of its source, and they start many. */
export default async function builtActions(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), "built-actions-"));
  for (const component of ["orchestrator", "dispatcher", "executor"] as const) {
    await build(component, join(folder, component, "dist"));
  }
  project.provide("builtActions", folder);
  return () => rmSync(folder, { recursive: true });
}
