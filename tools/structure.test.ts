import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { findCycles } from "@pipelines/core/graph/cycles";
import { parseSync } from "rolldown/utils";
import { expect, it } from "vitest";
import { foldersOfStory } from "./story.ts";

/**
 * The folders of a package are its rooms, and a file beside them is one by itself. A room may use another one only in one
 * direction, types included, so that each can be understood with those before it.
 */
const root = resolve(import.meta.dirname, "..");
const packages = readdirSync(join(root, "packages"));

function sourcesOf(name: string): string[] {
  const folder = join(root, "packages", name, "src");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => join(folder, file));
}

/** The files of the same package that a file imports, for its types too. */
function importsOf(file: string): string[] {
  const { program, errors } = parseSync(file, readFileSync(file, "utf8"));
  expect(errors, file).toEqual([]);
  return program.body.flatMap((statement) => {
    const source = "source" in statement ? statement.source?.value : undefined;
    return source?.startsWith(".") === true ? [resolve(dirname(file), source)] : [];
  });
}

/** The rooms of a package, each with those that it uses. */
function roomsOf(name: string): Map<string, string[]> {
  const folder = join(root, "packages", name, "src");
  const roomOf = (file: string): string => relative(folder, file).split("/")[0] ?? "";
  const rooms = new Map<string, Set<string>>();
  for (const file of sourcesOf(name)) {
    const used = rooms.get(roomOf(file)) ?? new Set<string>();
    rooms.set(roomOf(file), used);
    for (const imported of importsOf(file)) if (roomOf(imported) !== roomOf(file)) used.add(roomOf(imported));
  }
  return new Map([...rooms].map(([room, used]) => [room, [...used].toSorted()]));
}

it.each(packages)("the rooms of %s use each other in one direction", (name) => {
  expect(findCycles(roomsOf(name)).map((cycle) => cycle.join(" → "))).toEqual([]);
});

it.each([
  ["orchestrator", "orchestrate.ts", "orchestrate", ["compare", "discover", "due", "classify", "decide", "pack"]],
  [
    "executor",
    "execute.ts",
    "execute",
    ["outcome", "credentials", "accounts", "job", "schedule", "look", "unit", "hooks"],
  ],
  ["dispatcher", "dispatch.ts", "dispatchReport", ["collect", "report", "sinks"]],
])("the story of the %s, in %s, stays once in each folder", (component, file, story, folders) => {
  expect(foldersOfStory(join(root, "packages", component, "src", file), story)).toEqual(folders);
});
