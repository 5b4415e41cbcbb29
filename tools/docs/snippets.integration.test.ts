import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { CommitSha } from "@pipelines/core/contracts/comparison";
import { EMPTY_LEDGER } from "@pipelines/core/ledger/ledger";
import { openLedgerStore } from "@pipelines/core/ledger-ref/store";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { ruleOf } from "./rules.ts";
import { pages, snippetsIn } from "./snippets.ts";

const root = resolve(import.meta.dirname, "../..");
const command = join(root, "packages/cli/src/main.ts");
const ruled = pages(root)
  .flatMap(({ file, text }) => snippetsIn(file, text))
  .map((snippet) => ({ where: `${snippet.file}:${snippet.line}`, snippet, rule: ruleOf(snippet) }));
const shells = ruled.flatMap(({ where, rule }) => {
  const commands = rule?.kind === "shell" ? rule.commands : [];
  const lines = commands.flatMap(({ kind, line }) => (kind === "run" ? [line] : []));
  return lines.length === 0 ? [] : [{ where, lines }];
});
const asked = ruled.flatMap(({ where, rule }) =>
  (rule?.kind === "shell" ? rule.commands : []).flatMap(({ kind, line }) =>
    kind === "options" ? [{ where, line }] : [],
  ),
);

/** The example's repository two commits on, of which origin has one, and a ledger. */
async function makeLive() {
  const folder = await mkdtemp(join(tmpdir(), "docs-"));
  const live = join(folder, "infrastructure-live");
  await cp(join(root, "examples/infrastructure-live"), live, { recursive: true });
  const git = (...args: string[]) =>
    execa("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], { cwd: live });
  const origin = join(folder, "origin.git");
  await git("init", "--quiet", "--bare", "--initial-branch=main", origin);
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", "--all");
  await git("commit", "--quiet", "--message", "one");
  await git("remote", "add", "origin", origin);
  await git("push", "--quiet", "origin", "main");
  await git("remote", "set-head", "origin", "main");
  await git("checkout", "--quiet", "-b", "change");
  const unit = join(live, "dev/eu-west-1/network/terragrunt.hcl");
  await writeFile(unit, `${await readFile(unit, "utf8")}\n# edited\n`);
  await git("commit", "--quiet", "--all", "--message", "two");
  await using store = await openLedgerStore(origin, { PATH: process.env["PATH"] ?? "", HOME: folder });
  const commit = CommitSha.parse((await git("rev-parse", "origin/main")).stdout);
  const run = { id: 1, number: 1, attempt: 1 };
  const determined = {
    version: 1,
    commit,
    branch: "main",
    claim: 1,
    reached: 1,
    run,
    time: "2026-11-25T10:00:00Z",
  } as const;
  await store.write(await store.read(), { ...EMPTY_LEDGER, determined }, "determined");
  return { folder, live, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

describe("what the docs say to type", () => {
  it.each(shells)("$where works in a repository", async ({ lines }) => {
    await using made = await makeLive();
    for (const line of lines) {
      const here = line
        .replace(/^(?:pipelines|node bin\/pipelines\.mjs)\b/, `${process.execPath} ${command}`)
        .replace(/\.\.\/infrastructure-live|\bLIVE\b/, made.live)
        .replace("/tmp/run/", `${made.folder}/`);
      const ran = await execa("bash", ["-euc", here], {
        ...{ cwd: made.live, reject: false, all: true },
        env: {
          ...{ HOME: made.folder, STATE_FOLDER: join(made.folder, "state"), GIT_PAGER: "cat" },
          // What a person answers at the prompt.
          ...{ TG_NON_INTERACTIVE: "true", TF_CLI_ARGS_apply: "-auto-approve" },
          // The machine's own settings of the tools are no part of what the docs say.
          TF_CLI_CONFIG_FILE: undefined,
        },
      });
      expect([line, ran.exitCode, ran.exitCode === 0 ? "" : ran.all]).toEqual([line, 0, ""]);
    }
  });

  it.each(asked)("$where: $line has options that its help knows", async ({ line }) => {
    const [, name = ""] = /^(?:pipelines|\S+ \S+) (\w+)/.exec(line) ?? [];
    const { stdout } = await execa(process.execPath, [command, name, "--help"]);
    for (const [option] of line.matchAll(/--[\w-]+/g)) expect(stdout).toContain(option);
  });
});

const hcl = ruled.filter(({ rule }) => rule?.kind === "hcl");

describe("what the docs say to write", () => {
  it.each(hcl)("$where is HCL, formatted as the tools do it", async ({ snippet }) => {
    const ran = await execa("tofu", ["fmt", "-check", "-diff", "-"], {
      ...{ input: snippet.text, reject: false, all: true, env: { TF_CLI_CONFIG_FILE: undefined } },
    });
    expect([ran.exitCode, ran.all]).toEqual([0, ""]);
  });

  it.each(hcl.filter(({ snippet }) => snippet.text.includes("//infra/aws-oidc")))(
    "$where gives the roles' module what it takes, and all that it needs",
    async ({ snippet }) => {
      const text = await readFile(join(root, "infra/aws-oidc/variables.tf"), "utf8");
      const variables = [...text.matchAll(/^variable "(\w+)" \{\n([\s\S]*?)^\}/gm)].map(([, name = "", body = ""]) => ({
        name,
        isNeeded: !/^ {2}default\s*=/m.test(body),
      }));
      const block = /^(?:module "pipelines"|inputs =) \{\n([\s\S]*?)^\}/m.exec(snippet.text)?.[1] ?? "";
      const given = [...block.matchAll(/^ {2}(\w+)\s*=/gm)].flatMap(([, name = ""]) =>
        name === "source" ? [] : [name],
      );
      expect(variables.map(({ name }) => name)).toEqual(expect.arrayContaining(given));
      expect(given).toEqual(
        expect.arrayContaining(variables.filter(({ isNeeded }) => isNeeded).map(({ name }) => name)),
      );
    },
  );
});
