import { z } from "zod";
import { nearest } from "./nearest.ts";

/** One thing that does not fit a schema, in words. */
export type Misfit = { readonly path: readonly PropertyKey[]; readonly message: string };

/** What a validation says of a value, in words for those who wrote it: the key, what is wrong, what is allowed. */
export function misfits(issue: z.core.$ZodIssue, value: unknown, schema: z.ZodType): Misfit[] {
  const where = keyOf(issue.path);
  const subject = where === "" ? "the whole file" : `\`${where}\``;
  const at = (message: string): Misfit[] => [{ path: issue.path, message: `${subject} ${message}` }];
  const given = valueAt(value, issue.path);
  const allowed = allowedBy(schemaAt(schema, issue.path));
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        path: [...issue.path, key],
        message: unknownKey(key, where, schemaAt(schema, issue.path)),
      }));
    case "invalid_key":
      return at(`is no valid name: ${issue.issues.map(({ message }) => message).join("; ")}`);
    case "custom":
    case "invalid_format":
      return at(`is \`${shown(given)}\`: ${issue.message}`);
    case "invalid_value": {
      const meant = nearest(textOf(given), issue.values.map(String));
      return at(`${isOf(given)}; it has to be ${allowed}${meant === null ? "" : `. Did you mean \`${meant}\`?`}`);
    }
    default:
      return at(`${isOf(given)}; it has to be ${allowed}${quotesFor(given, allowed)}`);
  }
}

/** A path as people write it: `environments.prod.paths[0]`. */
function keyOf(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) => (typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${String(key)}`))
    .join("");
}

function unknownKey(key: string, where: string, schema: unknown): string {
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const meant = nearest(key, known);
  const place = where === "" ? "" : ` in \`${where}\``;
  return `unknown key \`${key}\`${place}${meant === null ? `; known keys: ${known.join(", ")}` : `; did you mean \`${meant}\`?`}`;
}

function isOf(given: unknown): string {
  if (given === undefined) return "is missing";
  if (given === null) return "is empty";
  if (Array.isArray(given)) return given.length === 0 ? "is an empty list" : "is a list";
  if (typeof given === "object") return "is a block of keys";
  return typeof given === "string" ? `is the text \`${shown(given)}\`` : `is \`${shown(given)}\``;
}

function quotesFor(given: unknown, allowed: string): string {
  const isPlain = typeof given === "number" || typeof given === "boolean";
  return isPlain && allowed === "a text" ? `: put it in quotes, \`"${given}"\`` : "";
}

const LONGEST_SHOWN = 60;

/** A value as a text. A block may have a key called `toString`. */
function textOf(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

function shown(value: unknown): string {
  const text = textOf(value);
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}…`;
}

/** What a schema allows: `a whole number from 1 to 64`. */
function allowedBy(schema: unknown): string {
  if (schema instanceof z.ZodEnum) return `one of ${schema.options.map((option) => `\`${option}\``).join(", ")}`;
  if (schema instanceof z.ZodNumber) {
    const { minValue, maxValue } = schema;
    const whole = schema.format === "safeint" ? "a whole number" : "a number";
    if (minValue !== null && maxValue !== null && maxValue < Number.MAX_SAFE_INTEGER)
      return `${whole} from ${minValue} to ${maxValue}`;
    return minValue === 0 ? `${whole} above 0` : whole;
  }
  if (schema instanceof z.ZodBoolean) return "`true` or `false`";
  if (schema instanceof z.ZodString) return "a text";
  if (schema instanceof z.ZodArray) {
    const element = unwrap(schema.element);
    return element instanceof z.ZodString
      ? 'a list of texts, such as `["a", "b"]`'
      : "a list of blocks, each with `- ` before its first key";
  }
  if (schema instanceof z.ZodObject) return `a block with the keys ${Object.keys(schema.shape).join(", ")}`;
  if (schema instanceof z.ZodRecord) {
    return unwrap(schema.valueType) instanceof z.ZodString
      ? "a block of names and texts"
      : "a block of names, each with a block of its own";
  }
  if (schema instanceof z.ZodUnion) return schema.options.map((option) => allowedBy(unwrap(option))).join(", or ");
  return "something else";
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, key)) return undefined;
    current = Reflect.get(current, key);
  }
  return current;
}

/** The schema at a path, through defaults, optionals, records and lists. */
function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): unknown {
  let current: unknown = unwrap(schema);
  for (const step of path) {
    if (current instanceof z.ZodObject) current = unwrap(current.shape[String(step)]);
    else if (current instanceof z.ZodRecord) current = unwrap(current.valueType);
    else if (current instanceof z.ZodArray) current = unwrap(current.element);
  }
  return current;
}

function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return unwrap(schema.unwrap());
  }
  // What a text is made into afterwards is nothing that anybody writes.
  return schema instanceof z.ZodPipe ? unwrap(schema.in) : schema;
}
