import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";

/** A node of GitHub's OpenAPI description. */
export type Node = Readonly<Record<string, unknown>>;

/** The operations that are served, out of GitHub's own OpenAPI description, with all that they refer to. */
export type Description = {
  /** What this was made from: the description's version and the operations. */
  readonly key: string;
  readonly paths: Readonly<Record<string, Node>>;
  readonly components: Node;
};

const FILE = resolve(import.meta.dirname, "../.openapi/pruned.json");
/** Raised when the pruning below changes, so that no old result is taken for a new one. */
const PRUNING = 1;

/**
 * The description of `operations` (`GET /repos/{owner}/{repo}`), pruned on first use and kept in an ignored folder.
 * Several processes may do this at once: each writes its own file and renames it into place.
 *
 * @throws {Error} when an operation is none of GitHub's, or `@octokit/openapi` is not installed
 */
export async function readDescription(operations: readonly string[]): Promise<Description> {
  const require = createRequire(import.meta.url);
  const manifest: unknown = JSON.parse(await readFile(require.resolve("@octokit/openapi/package.json"), "utf8"));
  const version = isNode(manifest) ? String(manifest["version"]) : "";
  const key = createHash("sha256")
    .update(JSON.stringify([PRUNING, version, operations.toSorted()]))
    .digest("hex");
  const kept = await readKept();
  if (kept?.key === key) return kept;
  const source = require.resolve("@octokit/openapi/generated/api.github.com.json");
  const description = prune(key, JSON.parse(await readFile(source, "utf8")), operations);
  await mkdir(dirname(FILE), { recursive: true });
  const temporary = `${FILE}.${randomUUID()}`;
  await writeFile(temporary, JSON.stringify(description));
  await rename(temporary, FILE);
  return description;
}

async function readKept(): Promise<Description | null> {
  try {
    const kept: unknown = JSON.parse(await readFile(FILE, "utf8"));
    if (!isNode(kept) || typeof kept["key"] !== "string") return null;
    const { key, paths, components } = kept;
    return isNode(paths) && isNode(components) ? { key, paths: nodesOf(paths), components } : null;
  } catch {
    // Missing, or half of another version: it is made anew.
    return null;
  }
}

/** Keeps the operations, without prose and examples, and the components that they reach. */
export function prune(key: string, document: unknown, operations: readonly string[]): Description {
  if (!isNode(document)) throw new Error("GitHub's description is not an object");
  const all = nodeAt(document, ["paths"]);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const [method = "", path = ""] = operation.split(" ");
    const found = nodeAt(all, [path])[method.toLowerCase()];
    if (!isNode(found)) throw new Error(`GitHub's description has no operation ${operation}`);
    const { operationId, parameters, requestBody, responses } = found;
    const kept = { operationId, parameters, requestBody, responses: jsonOnly(responses) };
    paths[path] = { ...paths[path], [method.toLowerCase()]: simplify(kept) };
  }
  const components: Record<string, Record<string, unknown>> = {};
  const pending = [...referencesIn(paths)];
  for (let reference = pending.pop(); reference !== undefined; reference = pending.pop()) {
    const [, , group = "", name = ""] = reference.split("/");
    if (components[group]?.[name] !== undefined) continue;
    const component = simplify(nodeAt(document, ["components", group, name]));
    components[group] = { ...components[group], [name]: component };
    pending.push(...referencesIn(component));
  }
  return { key, paths, components };
}

/** Responses of other types than JSON are not validated. */
function jsonOnly(responses: unknown): unknown {
  if (!isNode(responses)) return {};
  return Object.fromEntries(
    Object.entries(responses).map(([status, response]) => {
      if (!isNode(response) || !isNode(response["content"])) return [status, response];
      return [status, { content: { "application/json": response["content"]["application/json"] } }];
    }),
  );
}

const PROSE = new Set(["description", "summary", "example", "examples", "externalDocs", "title"]);

/**
 * Drops prose, and turns OpenAPI's `nullable` into a choice with `null`: JSON Schema knows no `nullable`, and a
 * validator refuses one that stands without a `type`.
 */
function simplify(value: unknown, insideProperties = false): unknown {
  if (Array.isArray(value)) return value.map((item) => simplify(item));
  if (!isNode(value)) return value;
  const entries = Object.entries(value).flatMap(([name, inner]): [string, unknown][] => {
    // Below `properties` the keys are names that GitHub chose, not words of the description.
    if (insideProperties) return [[name, simplify(inner)]];
    if (name === "nullable" || name.startsWith("x-") || (PROSE.has(name) && name !== "responses")) return [];
    if (name === "enum") return [[name, inner]];
    return [[name, simplify(inner, NAMED.has(name))]];
  });
  const simple = Object.fromEntries(entries);
  return !insideProperties && value["nullable"] === true ? { anyOf: [simple, { type: "null" }] } : simple;
}

const NAMED = new Set(["properties", "responses", "patternProperties"]);

function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isNode(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === "$ref" && typeof inner === "string" ? [inner] : referencesIn(inner),
  );
}

export const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The node at a path of names; an empty one where there is none. */
export function nodeAt(node: Node, names: readonly string[]): Node {
  let current: Node = node;
  for (const name of names) {
    const next = current[name];
    current = isNode(next) ? next : {};
  }
  return current;
}

function nodesOf(node: Node): Record<string, Node> {
  return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, isNode(value) ? value : {}]));
}
