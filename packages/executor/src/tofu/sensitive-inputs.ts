import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { sensitiveText } from "./plan-json.ts";

/**
 * The texts that a unit's inputs give to variables which its module declares as sensitive. A plan tells them as well;
 * this is for the errors of one that was never made.
 *
 * @param folder where the module's code is
 * @param environment the variables that the binary was started with, as `env -0` prints them
 */
export async function sensitiveInputs(folder: string, environment: string): Promise<Set<string>> {
  const values = new Map<string, string>();
  for (const entry of environment.split("\0")) {
    const [, name, value] = /^TF_VAR_([^=]+)=([\s\S]*)$/.exec(entry) ?? [];
    if (name !== undefined && value !== undefined) values.set(name, value);
  }
  const found = new Set<string>();
  if (values.size === 0) return found;
  for (const file of await readdir(folder).catch(() => [])) {
    if (!/\.(?:tf|tofu)(?:\.json)?$/.test(file)) continue;
    const text = await readFile(join(folder, file), "utf8").catch(() => "");
    for (const name of file.endsWith(".json") ? sensitiveInJson(text) : sensitiveInHcl(text)) {
      for (const secret of textsOf(values.get(name) ?? "")) found.add(secret);
    }
  }
  return found;
}

/** The names of the variables whose blocks say `sensitive`. What is a block is told by its braces. */
export function sensitiveInHcl(text: string): string[] {
  const names: string[] = [];
  for (const { 0: head, 1: name = "", index } of text.matchAll(/^[ \t]*variable[ \t]+"?([\w-]+)"?[ \t]*\{/gm)) {
    const body = blockAt(text, index + head.length);
    if (/(?:^|[\s{])sensitive[ \t]*=[ \t]*true\b/m.test(body)) names.push(name);
  }
  return names;
}

/** A longer block declares no variable. */
const LONGEST_BLOCK = 20_000;

function blockAt(text: string, start: number): string {
  let depth = 1;
  const last = Math.min(text.length, start + LONGEST_BLOCK);
  for (let index = start; index < last; index += 1) {
    if (text[index] === "{") depth += 1;
    else if (text[index] === "}") depth -= 1;
    if (depth === 0) return text.slice(start, index);
  }
  return text.slice(start, last);
}

const Declared = z.looseObject({
  variable: z.record(z.string(), z.looseObject({ sensitive: z.unknown() })).default({}),
});

function sensitiveInJson(text: string): string[] {
  const declared = Declared.safeParse(jsonOf(text));
  if (!declared.success) return [];
  return Object.entries(declared.data.variable).flatMap(([name, { sensitive }]) => (sensitive === true ? [name] : []));
}

/** A text, or the texts inside of a list or map, which Terragrunt hands over as JSON. */
function textsOf(value: string): string[] {
  const found = [value];
  JSON.stringify(/^\s*[[{]/.test(value) ? jsonOf(value) : null, (_key, inside: unknown) => {
    const text = typeof inside === "string" || typeof inside === "number" ? sensitiveText(inside) : null;
    if (text !== null) found.push(text);
    return inside;
  });
  return found;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
