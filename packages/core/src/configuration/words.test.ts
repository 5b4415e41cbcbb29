import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { UnitPath } from "../contracts/unit-path.ts";
import { checkConfiguration } from "./check.ts";
import type { CheckIssue } from "./check-issue.ts";

/** One configuration with every key there is: what is made of it by mistakes is what people may write. */
const EVERY_KEY = readFileSync(resolve(import.meta.dirname, "../../../../docs/every-key.yml"), "utf8");
const ACCOUNTS = "prod: { id: 222222222222, email: a@example.com }\ndev:\n  id: '111111111111'\n";
const units = ["prod/eu-west-1/vpc", "dev/vpc"].map((unit) => UnitPath.parse(unit));

const issuesOf = (text: string, accounts = ACCOUNTS): CheckIssue[] =>
  checkConfiguration({ configuration: { text, file: "c" }, read: () => accounts, units });

/** What zod, yaml and JavaScript say, and what we say where we have no words. */
const FOREIGN =
  /invalid input|expected (?:string|number|array|object|record|boolean|one of)|received|too (?:small|big)\b|unrecognized|must match|must be unique|implicit (?:key|map)|nested mapping|flow (?:map|seq|collection)|plain (?:value|scalar)|block (?:collection|scalar|sequence|map)|at line \d|undefined|NaN|\[object|Error\b|something else|literal/i;

function expectOurWords(issues: readonly CheckIssue[], text: string): void {
  for (const { line, message } of issues) {
    // What was written is quoted, whatever it is.
    const own = message.replaceAll(/`[^`]*`/g, "``");
    expect([own, text]).toEqual([expect.not.stringMatching(FOREIGN), text]);
    expect([line, message]).toEqual([expect.any(Number), message]);
    expect(line).toBeLessThanOrEqual(text.split("\n").length);
  }
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const WRONG = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    -1,
    0,
    1.5,
    1e30,
    "",
    " ",
    "x",
    "[x",
    "/abs/**",
    "../x",
    "a//b",
    "!a",
    "é",
    {},
    [],
    [[]],
    [null],
    [{}],
    { a: 1 },
    { "": "" },
    "2026-11-25",
  ),
  fc.constantFrom<Json>(
    "latest",
    "~> 1.1",
    "0.45.0",
    "1.1",
    1.1,
    "us-esat-1",
    "arn:aws:iam::1:role/x",
    "prodd",
    "(a+)+$",
    "(?<x>",
    "[a-",
    "refs/heads/main",
    "PATH",
    "10 minutes",
  ),
  fc.jsonValue({ maxDepth: 2 }).map((value) => value as Json),
);

/** Every place in a value. */
function places(value: Json, path: (string | number)[] = []): (string | number)[][] {
  if (value === null || typeof value !== "object") return [path];
  const entries: [string | number, Json][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...entries.flatMap(([key, inner]) => places(inner, [...path, key]))];
}

function replaced(value: Json, path: readonly (string | number)[], change: (old: Json) => Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return change(value);
  if (Array.isArray(value)) return value.map((inner, index) => (index === key ? replaced(inner, rest, change) : inner));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, name === key ? replaced(inner, rest, change) : inner]),
  );
}

const whole = parse(EVERY_KEY) as Json;
const PLACE = fc.constantFrom(...places(whole));

test("the configuration with every key has nothing wrong but what this repository lacks", () => {
  expectOurWords(issuesOf(EVERY_KEY), EVERY_KEY);
});

test("whatever stands in the place of a value, people are told in our words and with a line", () => {
  fc.assert(
    fc.property(PLACE, WRONG, (place, wrong) => {
      const text = stringify(replaced(whole, place, () => wrong));
      expectOurWords(issuesOf(text), text);
    }),
    { numRuns: 300 },
  );
});

test("whatever a key is called, people are told in our words and with a line", () => {
  const name = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom("__proto__", "constructor", "toString", "1", "null", "a.b", "*x", "&x", "<<"),
  );
  fc.assert(
    fc.property(PLACE, name, WRONG, (place, key, wrong) => {
      const text = stringify(
        replaced(whole, place, (old) =>
          typeof old === "object" && old !== null && !Array.isArray(old) ? { ...old, [key]: wrong } : { [key]: old },
        ),
      );
      expectOurWords(issuesOf(text), text);
    }),
    { numRuns: 300 },
  );
});

const LINES = EVERY_KEY.split("\n");
const EDIT = fc.oneof(
  // A line less, twice, moved, indented otherwise.
  fc.nat(LINES.length - 1).map((at) => LINES.toSpliced(at, 1).join("\n")),
  fc.nat(LINES.length - 1).map((at) => LINES.toSpliced(at, 0, LINES[at] ?? "").join("\n")),
  fc
    .tuple(fc.nat(LINES.length - 1), fc.nat(LINES.length - 1))
    .map(([from, to]) => LINES.toSpliced(to, 0, LINES[from] ?? "").join("\n")),
  fc
    .tuple(fc.nat(LINES.length - 1), fc.constantFrom(" ", "  ", "\t", "- ", "? ", "! ", "%", "--- ", "...", "@", "`"))
    .map(([at, more]) => LINES.with(at, `${more}${LINES[at]}`).join("\n")),
  // A few characters more or less.
  fc
    .tuple(
      fc.nat(EVERY_KEY.length),
      fc.nat(3),
      fc.constantFrom(
        "",
        ":",
        ": ",
        "{",
        "}",
        "[",
        "]",
        "'",
        '"',
        "&a ",
        "*a",
        "!!x ",
        "|",
        ">",
        "#",
        ",",
        "\n",
        "\r",
        "\0",
        "\uFFFD",
        "\u2028",
        "<<: *a\n",
      ),
    )
    .map(([at, gone, more]) => `${EVERY_KEY.slice(0, at)}${more}${EVERY_KEY.slice(at + gone)}`),
  fc.nat(EVERY_KEY.length).map((at) => EVERY_KEY.slice(0, at)),
  fc.string({ maxLength: 40 }),
);

test("whatever is mistyped, people are told in our words and with a line", () => {
  fc.assert(
    fc.property(EDIT, (text) => expectOurWords(issuesOf(text), text)),
    { numRuns: 400 },
  );
});

test("whatever stands in the file of accounts, people are told in our words and with a line", () => {
  const text = fc.oneof(
    WRONG.map((value) => stringify(value)),
    WRONG.map((value) => stringify({ prod: value })),
    WRONG.map((value) => stringify({ prod: { id: value } })),
    WRONG.map((value) => stringify({ prod: { id: "222222222222", email: value } })),
    fc.string({ maxLength: 40 }),
  );
  fc.assert(
    fc.property(text, (accounts) => {
      expectOurWords(issuesOf("environments:\n  prod:\n    paths: ['**']\n", accounts), accounts);
    }),
    { numRuns: 200 },
  );
});
