import { type Document, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { ConfigurationError, type ConfigurationIssue } from "./configuration-error.ts";
import { nearest } from "./nearest.ts";
import { Configuration } from "./schema.ts";

/** The configuration of a repository that has none. */
export function defaultConfiguration(): Configuration {
  return Configuration.parse({});
}

/**
 * Reads a configuration from its text.
 *
 * @param file how messages name the text
 * @throws ConfigurationError with every mistake and its line, unknown keys with a suggestion
 */
export function readConfiguration(text: string, file: string): Configuration {
  return readYaml(text, file, Configuration) ?? defaultConfiguration();
}

/**
 * Reads a YAML text against a schema; `null` for an empty text.
 *
 * @throws ConfigurationError with every mistake and its line
 */
export function readYaml<S extends z.ZodType>(text: string, file: string, schema: S): z.output<S> | null {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0) {
    throw new ConfigurationError(
      file,
      document.errors.map((error) => ({
        line: lines.linePos(error.pos[0]).line,
        message: error.message.split("\n", 1)[0]?.replace(/ at line \d+, column \d+:?$/, "") ?? error.code,
      })),
    );
  }
  const value = document.toJS({ maxAliasCount: 100 }) as unknown;
  if (value === null || value === undefined) return null;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new ConfigurationError(
    file,
    result.error.issues.flatMap((issue) => describe(issue, document, lines, schema)),
  );
}

function describe(
  issue: z.core.$ZodIssue,
  document: Document,
  lines: LineCounter,
  schema: z.ZodType,
): ConfigurationIssue[] {
  const where = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schema, issue.path);
    return issue.keys.map((key) => {
      const suggestion = nearest(key, known);
      return {
        line: lineOf([...issue.path, key], document, lines),
        message:
          `unknown key \`${key}\`${where === "" ? "" : ` in \`${where}\``}` +
          (suggestion === null ? `; known keys: ${known.join(", ")}` : `; did you mean \`${suggestion}\`?`),
      };
    });
  }
  const message = where === "" ? issue.message : `\`${where}\`: ${issue.message}`;
  return [{ line: lineOf(issue.path, document, lines), message }];
}

/** The line of the key at a path, or of the nearest parent that has one. */
function lineOf(path: readonly PropertyKey[], document: Document, lines: LineCounter): number | null {
  for (let length = path.length; length > 0; length -= 1) {
    const key = path[length - 1];
    const parent: unknown = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const offset = offsetOfKey(parent, key);
    if (offset !== null) return lines.linePos(offset).line;
  }
  return document.contents === null ? null : 1;
}

const Positioned = z.object({ range: z.tuple([z.number(), z.number(), z.number()]) });
const Pairs = z.object({ items: z.array(z.object({ key: z.object({ value: z.unknown() }).loose() }).loose()) });
const Items = z.object({ items: z.array(z.object({}).loose()) });

function offsetOfKey(parent: unknown, key: PropertyKey | undefined): number | null {
  const pairs = Pairs.safeParse(parent);
  if (pairs.success) {
    const pair = pairs.data.items.find((item) => String(item.key.value) === String(key));
    const positioned = Positioned.safeParse(pair?.key);
    return positioned.success ? positioned.data.range[0] : null;
  }
  const items = Items.safeParse(parent);
  if (items.success && typeof key === "number") {
    const positioned = Positioned.safeParse(items.data.items[key]);
    return positioned.success ? positioned.data.range[0] : null;
  }
  return null;
}

/** The keys that a schema knows at a path, through defaults, optionals, records and arrays. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let current: unknown = unwrap(schema);
  for (const step of path) {
    if (current instanceof z.ZodObject) current = unwrap(current.shape[String(step)]);
    else if (current instanceof z.ZodRecord) current = unwrap(current.valueType);
    else if (current instanceof z.ZodArray) current = unwrap(current.element);
  }
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return unwrap(schema.unwrap());
  }
  return schema;
}
