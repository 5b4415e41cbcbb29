import { Configuration } from "@pipelines/core/configuration/schema";
import { parse } from "yaml";
import { commandsOf, type Snippet } from "./snippets.ts";

/** How a snippet is put to the test. */
export type Rule =
  | {
      readonly kind:
        | "workflow"
        | "configuration"
        | "environment-template"
        | "schema-line"
        | "hcl"
        | "drawing"
        | "json"
        | "output";
    }
  | { readonly kind: "shell"; readonly commands: readonly Command[] };

/** How one command is put to the test. */
export type Command =
  /** It is run in a repository that is made for it. */
  | { readonly kind: "run"; readonly line: string }
  /** A script of this repository: that it is there, and the files that it names, is looked at. */
  | { readonly kind: "script"; readonly line: string }
  /** Its options are compared with its help: it asks somebody who is not here. */
  | { readonly kind: "options"; readonly line: string; readonly why: string }
  /** It is not run, and why. */
  | { readonly kind: "not-run"; readonly line: string; readonly why: string };

const KEYS = Object.keys(Configuration.shape);

/** The rule for a snippet; `null` where there is none, which no page may have. */
export function ruleOf(snippet: Snippet): Rule | null {
  switch (snippet.language) {
    case "mermaid":
      return { kind: "drawing" };
    case "json":
      return { kind: "json" };
    case "text":
      return { kind: "output" };
    case "hcl":
      return { kind: "hcl" };
    case "yaml":
      return yamlRule(snippet.text);
    case "sh": {
      const commands = commandsOf(snippet).map(commandRule);
      return commands.some((command) => command === null)
        ? null
        : { kind: "shell", commands: commands.flatMap((command) => command ?? []) };
    }
    default:
      return null;
  }
}

function yamlRule(text: string): Rule | null {
  if (text.includes("{{ account.")) return { kind: "environment-template" };
  const value: unknown = parse(text);
  if (value === null && text.startsWith("# yaml-language-server:")) return { kind: "schema-line" };
  if (Array.isArray(value)) return { kind: "workflow" };
  if (typeof value !== "object" || value === null) return null;
  if (Object.keys(value).join() === "on") return { kind: "workflow" };
  if ("jobs" in value && ("on" in value || /\buses:/.test(text))) return { kind: "workflow" };
  return Object.keys(value).every((key) => KEYS.includes(key)) ? { kind: "configuration" } : null;
}

/** Commands by how they begin, the first that matches. */
const COMMANDS: readonly (readonly [RegExp, (line: string) => Command])[] = [
  [/^(?:pipelines|node bin\/pipelines\.mjs) doctor\b/, (line) => ({ kind: "options", line, why: "it asks GitHub" })],
  [/--inspect-brk/, (line) => ({ kind: "not-run", line, why: "it waits for a debugger" })],
  [/^npm (?:run|test)\b|^git clone .* && cd pipelines$/, (line) => ({ kind: "script", line })],
  [/^jq .*\| gh secret set /, (line) => ({ kind: "not-run", line, why: "it sets a secret on GitHub" })],
  [/^(?:jq |PATH="\$\(bash )/, (line) => ({ kind: "not-run", line, why: "a hook does it, with what only a job has" })],
  [/^gh /, (line) => ({ kind: "not-run", line, why: "it changes or reads a repository on GitHub" })],
  [/^aws |^cd roles && /, (line) => ({ kind: "not-run", line, why: "it makes something in an AWS account" })],
  [/^(?:alias|export|mkdir|cd \S+$)/, (line) => ({ kind: "not-run", line, why: "it sets the scene" })],
  [/^(?:pipelines|node bin\/pipelines\.mjs|git|cd \S+ && terragrunt) /, (line) => ({ kind: "run", line })],
];

function commandRule(line: string): Command | null {
  return COMMANDS.find(([pattern]) => pattern.test(line))?.[1](line) ?? null;
}
