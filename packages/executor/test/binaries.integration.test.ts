import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { run } from "@pipelines/core/process/run";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeWorld, unitAt } from "./world.ts";

/** OpenTofu is always here; Terraform may not be brought by others' projects, so it is tried where it is installed. */
const PATH = process.env["PATH"] ?? "";
const found = await Promise.all(
  ["tofu", "terraform", "terragrunt", "git"].map(async (program) => {
    const ran = await run("sh", ["-c", `command -v ${program}`], { cwd: tmpdir(), env: { PATH } });
    return [program, ran.stdout.trim()] as const;
  }),
);
const programs = new Map(found.filter(([, file]) => file !== ""));
const binaries = ["tofu", "terraform"].filter((program) => programs.has(program));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipelines-binaries-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A PATH on which one of the two is, and not the other. */
async function pathWith(binary: string): Promise<string> {
  const only = await mkdtemp(join(folder, `${binary}-`));
  for (const program of [binary, "terragrunt", "git"]) await symlink(programs.get(program) ?? "", join(only, program));
  return [only, "/usr/bin", "/bin"].join(delimiter);
}

const thing = (name: string, rest: string) => `resource "terraform_data" "${name}" {\n  ${rest}\n}\n`;
const first =
  thing("kept", 'input = "one"') +
  thing("replaced", 'triggers_replace = "one"') +
  thing("gone", 'input = "g"') +
  thing("old", 'input = "m"') +
  thing("left", 'input = "l"');
const second =
  thing("kept", 'input = "two"') +
  thing("replaced", 'triggers_replace = "two"') +
  thing("new", 'input = "m"') +
  thing("brought", "input = null") +
  thing("more", 'input = "more"') +
  "moved {\n  from = terraform_data.old\n  to   = terraform_data.new\n}\n" +
  'import {\n  to = terraform_data.brought\n  id = "an-id"\n}\n' +
  "removed {\n  from = terraform_data.left\n  lifecycle {\n    destroy = false\n  }\n}\n" +
  'output "value" {\n  value = terraform_data.kept.output\n}\n';

test.each(binaries)("with %s a unit is planned, applied, changed in every way, and destroyed", async (binary) => {
  await using world = await makeWorld({ ...unitAt("a", first), ".pipelines/config.yml": "reviewed_plan: off\n" });
  const environment = { PATH: await pathWith(binary), HOME: process.env["HOME"] };
  const act = (action: "plan" | "apply" | "destroy") => world.run({ action, units: ["a"] }, { environment });
  const planned = await act("plan");
  expect(planned.outcome.toolVersions.tofu).toMatch(new RegExp(`^${binary} \\d`));
  expect(planned.unit("a")).toMatchObject({ end: { kind: "changed" }, plan: { add: 5, change: 0, destroy: 0 } });
  expect((await act("apply")).ends).toEqual({ a: { kind: "changed" } });
  expect((await act("apply")).ends).toEqual({ a: { kind: "unchanged" } });
  await world.commit(unitAt("a", second));
  const changed = await act("plan");
  expect(changed.unit("a").plan).toMatchObject({
    ...{ add: 1, change: 1, destroy: 1, replace: 1, import: 1, move: 1, forget: 1 },
    outputs: { add: 1, change: 0, destroy: 0 },
    resources: expect.arrayContaining([
      { address: "terraform_data.replaced", action: "replace" },
      { address: "terraform_data.gone", action: "delete" },
      { address: "terraform_data.left", action: "forget" },
      { address: "terraform_data.brought", action: "import" },
      { address: "terraform_data.new", action: "move" },
    ]),
  });
  expect((await act("apply")).ends).toEqual({ a: { kind: "changed" } });
  expect(Object.keys(await world.stateOf("a")).toSorted()).toEqual(
    ["brought", "kept", "more", "new", "replaced"].map((name) => `terraform_data.${name}`),
  );
  expect((await act("destroy")).ends).toEqual({ a: { kind: "changed" } });
  expect(await world.stateOf("a")).toEqual({});
});
