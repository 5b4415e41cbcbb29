import { expect, it } from "vitest";
import { type Edits, makeRepository } from "./repository.ts";

const source = 'terraform {\n  source = "."\n}\n';
const unit = (name: string, text: string | Uint8Array): Edits => ({
  [`${name}/terragrunt.hcl`]: text,
  [`${name}/main.tf`]: "",
});
const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part))));

it("HCL that is broken, binary, huge or endlessly nested is a problem with its line, soon, and other units go on", async () => {
  await using repository = await makeRepository({
    ...unit("good", source),
    ...unit("reader", 'include "root" {\n  path = find_in_parent_folders("nested.hcl")\n}\n'),
    "nested.hcl": "locals {}\n",
  });
  await repository.commit({
    "good/main.tf": "# edited\n",
    ...unit("nul", `${source}locals {\n  a = "x\0y"\n}\n`),
    ...unit("encoding", bytes(`${source}locals {\n  a = "`, [0xff, 0xfe], '"\n}\n')),
    ...unit("deep", `${source}locals {\n  a = ${"[".repeat(10_000)}${"]".repeat(10_000)}\n}\n`),
    ...unit("huge", `${source}# ${"x".repeat(50_000_000)}\n`),
    ...unit("windows", `\uFEFF${source}locals {\n  a = nothing()\n}\n`.replaceAll("\n", "\r\n")),
    "nested.hcl": `locals {\n  a = ${"{ a = ".repeat(10_000)}1${"}".repeat(10_000)}\n}\n`,
    "good/.hidden/x.tf": `locals { a = ${"[".repeat(10_000)} }`,
  });
  const assessment = await repository.assess();
  expect(assessment.units.map(({ path }) => path as string)).toEqual([
    "deep",
    "encoding",
    "good",
    "huge",
    "nul",
    "reader",
    "windows",
  ]);
  expect(assessment.problems.map(({ path, file, line }) => [path, file, line])).toEqual([
    ["deep", "deep/terragrunt.hcl", 5],
    ["huge", "huge/terragrunt.hcl", 1],
    ["reader", "nested.hcl", 2],
    ["nul", "nul/terragrunt.hcl", 5],
    ["encoding", "encoding/terragrunt.hcl", 5],
    ["reader", "reader/terragrunt.hcl", 2],
    ["windows", "windows/terragrunt.hcl", 5],
  ]);
  for (const { message } of assessment.problems) expect(message.length).toBeLessThan(1000);
}, 60_000);
