import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { run } from "@pipelines/core/process/run";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rootOn, somebodysLock, startStateServer } from "./state-server.ts";
import { type Ask, makeWorld, passing, unitAt } from "./world.ts";

let folder: string;
const programs = new Map<string, string>();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipelines-binaries-"));
  const PATH = process.env["PATH"] ?? "";
  for (const program of ["tofu", "terraform", "terragrunt", "git"]) {
    const ran = await run("sh", ["-c", `command -v ${program}`], { cwd: folder, env: { PATH } });
    if (ran.exitCode !== 0) throw new Error(`${program} is not on the PATH; \`npm test\` brings it`);
    programs.set(program, ran.stdout.trim());
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** An environment in which one of the two is found, and not the other. */
async function only(binary: string): Promise<Record<string, string>> {
  const bin = await mkdtemp(join(folder, `${binary}-`));
  for (const program of [binary, "terragrunt", "git"]) await symlink(programs.get(program) ?? "", join(bin, program));
  return { PATH: [bin, "/usr/bin", "/bin"].join(delimiter), HOME: process.env["HOME"] ?? "" };
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

describe.each([
  { binary: "tofu", who: "mona@laptop" },
  // Terraform's `http` backend says no more than the id.
  { binary: "terraform", who: null },
])("with $binary", ({ binary, who }) => {
  test("a unit is planned, applied, changed in every way, and destroyed; what nobody reviewed is withheld", async () => {
    const environment = await only(binary);
    await using world = await makeWorld(unitAt("a", first));
    const act = (ask: Pick<Ask, "action"> & Partial<Ask>) => world.run({ units: ["a"], ...ask }, { environment });
    const planned = await act({ action: "plan" });
    expect(planned.outcome.toolVersions.tofu).toMatch(new RegExp(`^${binary} \\d`));
    expect(planned.unit("a")).toMatchObject({ end: { kind: "changed" }, plan: { add: 5, change: 0, destroy: 0 } });
    expect((await act({ action: "apply" })).ends).toEqual({ a: { kind: "changed" } });
    expect((await act({ action: "apply" })).ends).toEqual({ a: { kind: "unchanged" } });

    const headSha = await world.commit(unitAt("a", second));
    const changed = await act({ action: "plan", pullRequest: { number: 1, headSha } });
    const ending = [
      { address: "terraform_data.gone", action: "delete" },
      { address: "terraform_data.left", action: "forget" },
      { address: "terraform_data.replaced", action: "replace" },
    ];
    expect(changed.unit("a").plan).toMatchObject({
      ...{ add: 1, change: 1, destroy: 1, replace: 1, import: 1, move: 1, forget: 1 },
      outputs: { add: 1, change: 0, destroy: 0 },
      resources: expect.arrayContaining([
        ...ending,
        { address: "terraform_data.brought", action: "import" },
        { address: "terraform_data.new", action: "move" },
      ]),
    });
    const { a: unseen } = (await act({ action: "apply" })).ends;
    expect(unseen).toMatchObject({ kind: "withheld", stop: { guard: "reviewed-plan", unseen: ending } });
    const seen = await act({ action: "apply", reviewedPlansFolder: changed.folder });
    expect(seen.unit("a")).toMatchObject({ end: { kind: "changed" }, differsFromReviewed: false });
    expect(Object.keys(await world.stateOf("a")).toSorted()).toEqual(
      ["brought", "kept", "more", "new", "replaced"].map((name) => `terraform_data.${name}`),
    );

    const gone = await act({ action: "plan-destroy", pullRequest: { number: 2, headSha } });
    expect(gone.unit("a").plan).toMatchObject({ add: 0, destroy: 5 });
    expect((await act({ action: "destroy", reviewedPlansFolder: gone.folder })).ends).toEqual({
      a: { kind: "changed" },
    });
    expect(await world.stateOf("a")).toEqual({});
  });

  test("a held lock stops an apply and is named; a plan does not mind it", async () => {
    const environment = await only(binary);
    await using server = await startStateServer();
    await using world = await makeWorld({
      ...unitAt("a", passing("a")),
      "root.hcl": rootOn(server),
      ".pipelines/config.yml": "jobs:\n  lock_timeout: 1s\n",
    });
    server.locks.set("a", somebodysLock);
    const planned = await world.run({ action: "plan", units: ["a"] }, { environment });
    expect(planned.ends).toEqual({ a: { kind: "changed" } });
    const applied = await world.run({ action: "apply", units: ["a"] }, { environment });
    expect(applied.ends).toMatchObject({
      a: { kind: "failed", at: "plan", cause: { kind: "locked", lock: { id: JSON.parse(somebodysLock).ID, who } } },
    });
    expect(server.locks.get("a")).toBe(somebodysLock);
  });

  test("an apply uses the folder that its plan was made in, without another init", async () => {
    const environment = await only(binary);
    const calls = join(folder, `${binary}-calls`);
    const bin = await mkdtemp(join(folder, "noting-"));
    await writeFile(
      join(bin, binary),
      `#!/bin/sh\necho "$1 $PWD" >> '${calls}'\nexec '${programs.get(binary)}' "$@"\n`,
      { mode: 0o755 },
    );
    await using world = await makeWorld(unitAt("a", passing("a")));
    const noting = { ...environment, PATH: `${bin}${delimiter}${environment["PATH"]}` };
    const { ends } = await world.run({ action: "apply", units: ["a"] }, { environment: noting });
    expect(ends).toEqual({ a: { kind: "changed" } });
    const text = await readFile(calls, "utf8");
    const [inits, plans, applies] = ["init", "plan", "apply"].map((word) =>
      [...text.matchAll(new RegExp(`^${word} (.+)$`, "gm"))].map(([, where]) => where),
    );
    expect([inits, applies]).toEqual([plans, plans]);
    expect(plans).toHaveLength(1);
  });
});
