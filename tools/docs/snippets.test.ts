import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readConfiguration } from "@pipelines/core/configuration/read";
import { drawing } from "@pipelines/local-github/page/mermaid";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { examplesIn, problemsOf } from "../github-parser.ts";
import { type Command, ruleOf } from "./rules.ts";
import { pages, type Snippet, snippetsIn } from "./snippets.ts";

const root = resolve(import.meta.dirname, "../..");
const snippets = pages(root).flatMap(({ file, text }) => snippetsIn(file, text));
const ruled = snippets.map((snippet) => ({ where: `${snippet.file}:${snippet.line}`, snippet, rule: ruleOf(snippet) }));
const named = (kind: string) => ruled.filter(({ rule }) => rule?.kind === kind);
const commands = ruled.flatMap(({ where, rule }) =>
  rule?.kind === "shell" ? rule.commands.map((command) => ({ where, command })) : [],
);
const commandsOfKind = <K extends Command["kind"]>(kind: K) =>
  commands.flatMap(({ where, command }) => (command.kind === kind ? [{ where, line: command.line }] : []));

describe("what stands in the docs between fences", () => {
  it("has a rule by which it is tested, all of it", () => {
    expect(ruled.filter(({ rule }) => rule === null).map(({ where }) => where)).toEqual([]);
    expect(ruled.length).toBeGreaterThan(30);
  });

  it("is noticed where no rule is for it", () => {
    const page = "```python\nx\n```\n\n1. a\n\n   ```sh\n   curl x | sh\n   ```\n\n```yaml\nenviroments: {}\n```\n";
    expect(snippetsIn("x.md", page).map((snippet) => [snippet.line, ruleOf(snippet)])).toEqual([
      [1, null],
      [7, null],
      [11, null],
    ]);
  });

  it.each(named("configuration"))("$where is a configuration that can be read", ({ where, snippet }) => {
    expect(() => readConfiguration(snippet.text, where)).not.toThrow();
  });

  it.each(named("environment-template"))("$where makes an environment of an account", ({ where, snippet }) => {
    const filled = snippet.text.replaceAll("{{ account.name }}", "sandbox").replaceAll(/^/gm, "  ");
    const { environments = {} } = readConfiguration(`environments:\n${filled}`, where);
    expect(Object.keys(environments)).toEqual(["sandbox"]);
  });

  it.each(named("workflow"))(
    "$where is a workflow, or steps of one, as GitHub's parser has it",
    async ({ snippet }) => {
      expect(await problemsOf(workflowOf(snippet), root)).toEqual([]);
    },
  );

  it.each(named("json"))("$where is JSON", ({ snippet }) => {
    expect(() => JSON.parse(snippet.text)).not.toThrow();
  });

  it.each(named("drawing"))("$where is a drawing", ({ snippet }) => {
    expect(drawing(snippet.text)).not.toBeNull();
  });

  it.each(named("schema-line"))("$where names a schema that is there", ({ snippet }) => {
    const [, path = ""] = /\/pipelines\/[^/]+\/(.+)$/m.exec(snippet.text) ?? [];
    expect(existsSync(join(root, path))).toBe(true);
  });

  it.each(commandsOfKind("script"))("$where: $line is a script, with files that are there", ({ line }) => {
    const { scripts } = parse(readFileSync(join(root, "package.json"), "utf8"));
    const [, name] = /^npm (?:run )?([\w:-]+)/.exec(line) ?? [];
    if (name !== undefined) expect(Object.keys(scripts)).toContain(name);
    for (const [file] of line.matchAll(/\bpackages\/\S+\.ts\b/g)) expect(existsSync(join(root, file))).toBe(true);
  });

  it("has no command that is not run without a reason", () => {
    const reasons = commands.flatMap(({ command }) => (command.kind === "not-run" ? [command.why] : []));
    expect(reasons.every((why) => why.length > 10)).toBe(true);
  });
});

/** What a page leaves out of a workflow that it shows a part of: when it runs, and what its jobs may. */
function workflowOf({ file, line, text }: Snippet) {
  const isOn = /^on:/m.test(text);
  const whole =
    isOn && !/^jobs:/m.test(text) ? `${text}${JOB}` : isOn || !/^jobs:/m.test(text) ? text : `${CALLER}${text}`;
  return examplesIn(file, `\`\`\`yaml\n${whole}\`\`\`\n`).map((example) => ({ ...example, firstLine: line }));
}

const JOB = "jobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: 'true'\n";

const CALLER =
  "on: push\npermissions: { contents: write, pull-requests: write, statuses: write, issues: write, actions: read, id-token: write }\n";
