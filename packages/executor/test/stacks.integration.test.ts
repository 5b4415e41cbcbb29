import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startGitServer } from "@pipelines/local-github/git/private-repositories";
import { describe, expect, test } from "vitest";
import { rootOn, somebodysLock, startStateServer } from "./state-server.ts";
import { git, makeWorld, passing, unitAt, type World } from "./world.ts";

const root = 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n';
/** A template of a unit, which says what its stack gives it before its own name. */
const template = {
  "catalog/units/it/terragrunt.hcl": `${root}inputs = { upstream = try([values.say], []) }\n`,
  "catalog/units/it/main.tf": passing("it"),
};
const unit = (name: string, ...lines: string[]): string =>
  [
    `unit "${name}" {`,
    '  source = "${get_repo_root()}/catalog/units/it"',
    `  path   = "${name}"`,
    ...lines,
    "}\n",
  ].join("\n");
const says = (text: string): string => `  values = { say = "${text}" }`;
const stack = (name: string, source: string, values: string): string =>
  `stack "${name}" {\n  source = "\${get_repo_root()}/${source}"\n  path   = "${name}"\n  values = ${values}\n}\n`;
const below = (folder: string, ...names: string[]): string =>
  [folder, ...names.map((name) => `.terragrunt-stack/${name}`)].join("/");

async function writeInto(folder: string, name: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), text);
}

/** What a unit says, as its state has it. */
async function said(world: World, path: string): Promise<unknown> {
  const state = await world.stateOf(path);
  return state["terraform_data.it"]?.map((instance) => Object(instance).attributes.output.value).join() ?? null;
}

const [vpc, app, deep] = [below("live", "vpc"), below("live", "app"), below("live", "inner", "c")] as const;
const live = (say: string): string =>
  [
    unit("vpc", says(say)),
    unit(
      "app",
      '  autoinclude {\n    dependency "vpc" {\n      config_path = unit.vpc.path\n    }',
      "    inputs = { upstream = [dependency.vpc.outputs.value] }\n  }",
    ),
    unit("beside", "  no_dot_terragrunt_stack = true", says("beside")),
    stack("inner", "catalog/stacks/inner", '{ say = "deep" }'),
  ].join("\n");
const inner = { "catalog/stacks/inner/terragrunt.stack.hcl": unit("c", "  values = { say = values.say }") };

describe("the units of a stack", () => {
  test("are planned, applied, changed, and destroyed at the commit that had them", async () => {
    await using world = await makeWorld({
      ...{ ...template, ...inner, "live/terragrunt.stack.hcl": live("one"), ".gitignore": ".terragrunt-stack\n" },
      ".pipelines/config.yml": 'environments: { live: { paths: ["live/**"] } }\n',
    });
    const units = [{ path: app, after: [vpc] }, vpc, "live/beside", deep];
    const environment = "live";
    const planned = await world.run({ action: "plan", units, added: [vpc], environment });
    expect(planned.ends).toEqual({
      ...{ [vpc]: { kind: "changed" }, [app]: { kind: "waiting", for: [vpc] } },
      ...{ [deep]: { kind: "changed" }, "live/beside": { kind: "changed" } },
    });
    const applied = await world.run({ action: "apply", units, environment });
    expect(Object.values(applied.ends)).toEqual(Array(4).fill({ kind: "changed" }));
    expect(await Promise.all([vpc, app, "live/beside", deep].map((path) => said(world, path)))).toEqual([
      ...["one+it", "one+it+it", "beside+it", "deep+it"],
    ]);

    await world.commit({ "live/terragrunt.stack.hcl": live("two") });
    const changed = await world.run({ action: "plan", units, environment });
    expect(changed.unit(vpc)).toMatchObject({ end: { kind: "changed" }, plan: { change: 1 } });
    expect(changed.unit(deep).end).toEqual({ kind: "unchanged" });
    await world.run({ action: "apply", units, environment });
    expect([await said(world, vpc), await said(world, app)]).toEqual(["two+it", "two+it+it"]);

    const base = await world.commit({});
    const headSha = await world.commit({ live: null });
    const ask = { units: [{ path: vpc, after: [app] }, app], at: base, base, environment } as const;
    const seen = await world.run({ action: "plan-destroy", ...ask, pullRequest: { number: 1, headSha } });
    expect(seen.unit(app).plan).toMatchObject({ destroy: 1 });
    const destroyed = await world.run({ action: "destroy", ...ask, reviewedPlansFolder: seen.folder });
    expect(destroyed.order).toEqual([app, vpc]);
    expect([await said(world, vpc), await said(world, app), await said(world, deep)]).toEqual([null, null, "deep+it"]);
  });

  test("move with their state's name, and the old place can be destroyed while the new one stays", async () => {
    const at = (path: string) => unit("a").replace('path   = "a"', `path   = "${path}"`);
    await using world = await makeWorld({ ...template, "live/terragrunt.stack.hcl": at("a") });
    await world.run({ action: "apply", units: [below("live", "a")] });
    const base = await world.commit({});
    await world.commit({ "live/terragrunt.stack.hcl": at("moved/a") });
    const moved = below("live", "moved/a");
    expect((await world.run({ action: "apply", units: [moved] })).ends).toEqual({ [moved]: { kind: "changed" } });
    const missing = await world.run({ action: "plan", units: [below("live", "a")] });
    expect(missing.ends).toEqual({
      [below("live", "a")]: {
        kind: "failed",
        at: "init",
        cause: {
          kind: "configuration",
          message: expect.stringMatching(
            /^There is no unit live\/\.terragrunt-stack\/a at [0-9a-f]{7}: live\/terragrunt\.stack\.hcl does not generate it\.$/,
          ),
        },
      },
    });
    const seen = await world.run({
      ...{ action: "plan-destroy", units: [below("live", "a")], at: base, base },
      pullRequest: { number: 1, headSha: base },
    });
    await world.run({
      ...{ action: "destroy", units: [below("live", "a")], at: base, base, reviewedPlansFolder: seen.folder },
    });
    expect([await said(world, below("live", "a")), await said(world, moved)]).toEqual([null, "it"]);
  });

  test("wait for outputs that come with the same change; nothing to destroy is done, also at the second try", async () => {
    const using = (output: string): string =>
      unit("a") +
      unit(
        "b",
        '  autoinclude {\n    dependency "a" {\n      config_path  = unit.a.path\n      mock_outputs = { value = "m", more = "m" }\n    }',
        `    inputs = { upstream = [dependency.a.outputs.${output}] }\n  }`,
      );
    await using world = await makeWorld({
      ...{ ...template, "live/terragrunt.stack.hcl": using("value") },
      ".pipelines/config.yml": 'reviewed_plan: "off"\n',
    });
    const [a, b] = [below("live", "a"), below("live", "b")];
    const [applied, destroyed] = [
      [a, { path: b, after: [a] }],
      [{ path: a, after: [b] }, b],
    ];
    const unchanged = { [a]: { kind: "unchanged" }, [b]: { kind: "unchanged" } };
    const first = await world.commit({});
    const never = await world.run({ action: "destroy", units: destroyed, at: first, base: first });
    expect(never.ends).toEqual(unchanged);
    await world.run({ action: "apply", units: applied });
    const head = await world.commit({
      "live/terragrunt.stack.hcl": using("more"),
      "catalog/units/it/main.tf": `${passing("it")}output "more" {\n  value = "x"\n}\n`,
    });
    const planned = await world.run({ action: "plan", units: applied });
    expect(planned.ends).toEqual({ [a]: { kind: "changed" }, [b]: { kind: "waiting", for: [a] } });
    expect(Object.values((await world.run({ action: "apply", units: applied })).ends)).toEqual(
      Array(2).fill({ kind: "changed" }),
    );
    const gone = await world.run({ action: "destroy", units: destroyed, at: head, base: head });
    expect(gone.order).toEqual([b, a]);
    expect((await world.run({ action: "destroy", units: destroyed, at: head, base: head })).ends).toEqual(unchanged);
  });

  test("can be unlocked", async () => {
    await using server = await startStateServer();
    await using world = await makeWorld({
      ...{ ...template, "live/terragrunt.stack.hcl": unit("a"), "root.hcl": rootOn(server) },
    });
    const path = below("live", "a");
    server.locks.set(path, somebodysLock);
    const lockId = JSON.parse(somebodysLock).ID;
    const done = await world.run({ action: "unlock", units: [path], mode: "manual", lockId });
    expect(done.ends).toEqual({ [path]: { kind: "changed" } });
    expect(server.locks.size).toBe(0);
  });

  test("find the units that they depend on, in other stacks and in the one that depends on them", async () => {
    const on = (path: string) => `  autoinclude {
    dependency "it" {
      config_path = "\${get_repo_root()}/${path}"
    }
    inputs = { upstream = [dependency.it.outputs.value] }
  }`;
    await using world = await makeWorld({
      ...template,
      "one/terragrunt.stack.hcl": unit("a"),
      ...unitAt("plain", passing("plain"), { dependencies: ["one/.terragrunt-stack/a"] }),
      "two/terragrunt.stack.hcl": unit("b", on("plain")),
      "three/terragrunt.hcl": `${root}dependency "one" {\n  config_path = "../one"\n}\ninputs = { upstream = [dependency.one.outputs.a.value] }\n`,
      "three/main.tf": passing("three"),
    });
    await world.run({ action: "apply", units: ["one/.terragrunt-stack/a"] });
    // Each in a job of its own, whose checkout has nothing but what it generates.
    for (const path of ["plain", below("two", "b"), "three"]) {
      expect((await world.run({ action: "apply", units: [path] })).ends).toEqual({ [path]: { kind: "changed" } });
    }
    expect(await Promise.all(["plain", below("two", "b"), "three"].map((path) => said(world, path)))).toEqual([
      ...["it+plain", "it+plain+it", "it+three"],
    ]);
  });

  test("are what Terragrunt generates, also where somebody has committed what it once generated", async () => {
    await using world = await makeWorld({
      ...{ ...template, "live/terragrunt.stack.hcl": unit("a", says("fresh")) },
      "live/.terragrunt-stack/a/terragrunt.hcl": `${root}inputs = { upstream = [values.say] }\n`,
      "live/.terragrunt-stack/a/terragrunt.values.hcl": 'say = "stale"\n',
      "live/.terragrunt-stack/a/main.tf": passing("old"),
    });
    await world.run({ action: "apply", units: [below("live", "a")] });
    expect(await said(world, below("live", "a"))).toBe("fresh+it");
  });

  test("do not run when their stack can't be generated, which is reported with its reason; a plain unit below it runs", async () => {
    await using world = await makeWorld({
      ...template,
      "live/terragrunt.stack.hcl": `${unit("a")}\nunit "b" {\n  source = "../nowhere"\n  path   = "b"\n}\n`,
      ...unitAt("live/plain", passing("plain")),
      "other/terragrunt.stack.hcl": unit("a"),
    });
    const units = [below("live", "a"), "live/plain", below("other", "a"), "nowhere"];
    const { ends } = await world.run({ action: "plan", units });
    expect(ends).toMatchObject({
      [below("live", "a")]: {
        ...{ kind: "failed", at: "init" },
        cause: {
          kind: "configuration",
          message: expect.stringMatching(/^live\/terragrunt\.stack\.hcl can't be generated: [\s\S]*nowhere/),
        },
      },
      "live/plain": { kind: "changed" },
      [below("other", "a")]: { kind: "changed" },
      nowhere: {
        cause: { message: expect.stringMatching(/no unit nowhere at .* no terragrunt\.stack\.hcl above it/) },
      },
    });
    expect(JSON.stringify(ends)).not.toContain("/tmp/");
  });

  test("are generated once for all units of a job, and only where the job needs them", async () => {
    const counting = (name: string) =>
      `locals {\n  seen = run_cmd("--terragrunt-quiet", "sh", "-c", "echo ${name} >> ${'${get_env("SEEN")}'}")\n}\n`;
    await using world = await makeWorld({});
    const seen = join(world.folder, "seen");
    await world.commit({
      ...template,
      "one/terragrunt.stack.hcl": counting("one") + ["a", "b", "c"].map((name) => unit(name)).join("\n"),
      "two/terragrunt.stack.hcl": counting("two") + unit("a"),
      ".pipelines/config.yml": `environments: { it: { paths: ["**"], env: { SEEN: ${seen} } } }\njobs: { parallelism: 3 }\n`,
    });
    const units = ["a", "b", "c"].map((name) => below("one", name));
    const { ends } = await world.run({ action: "plan", units, environment: "it" });
    expect(Object.values(ends)).toEqual(Array(3).fill({ kind: "changed" }));
    expect((await readFile(seen, "utf8")).trim().split("\n")).toEqual(["one"]);
  });

  test("are not waited for when the run is asked to stop while their stack is generated", async () => {
    await using world = await makeWorld({});
    const mark = join(world.folder, "mark");
    const hanging = `locals {\n  slow = run_cmd("sh", "-c", "touch ${mark}; exec sleep 60")\n}\n`;
    await world.commit({ ...template, "live/terragrunt.stack.hcl": hanging + unit("a") });
    const stop = new AbortController();
    const job = world.run({ action: "plan", units: [below("live", "a")] }, { stop: stop.signal });
    await expect.poll(() => readFile(mark, "utf8").catch(() => null), { timeout: 20_000 }).toBe("");
    stop.abort();
    const ended = await Promise.race([job, sleep(20_000, null, { ref: false })]);
    expect(ended?.ends).toMatchObject({ [below("live", "a")]: { kind: "interrupted", at: "init" } });
  });

  test("come from a private repository as well, which is read with the token of `module_access`", async () => {
    const token = "t0ken-of-the-catalogue";
    await using world = await makeWorld({});
    const [catalog, bare] = [join(world.folder, "catalog"), join(world.folder, "served/acme/catalog.git")];
    for (const [file, text] of Object.entries(template)) await writeInto(catalog, file.replace("catalog/", ""), text);
    await git(catalog, "init", "--quiet", "--initial-branch=main");
    await git(catalog, "add", "--all");
    await git(catalog, "commit", "--quiet", "--message", "Catalogue");
    await git(world.folder, "clone", "--quiet", "--bare", catalog, bare);
    await using server = await startGitServer(world.folder, join(world.folder, "served"), token);
    const source = `git::https://${server.host}/acme/catalog.git//units/it?ref=main`;
    await world.commit({
      "live/terragrunt.stack.hcl": `unit "a" {\n  source = "${source}"\n  path   = "a"\n${says("remote")}\n}\n`,
      ".pipelines/config.yml": JSON.stringify({
        environments: {
          it: {
            paths: ["**"],
            env: { GIT_SSL_CAINFO: server.certificate, XDG_CACHE_HOME: join(world.folder, "cache") },
          },
        },
        module_access: { hosts: [server.host], secret: "MODULES" },
      }),
    });
    const ask = { units: [below("live", "a")], environment: "it" };
    const environment = { PATH: process.env["PATH"], HOME: world.folder };
    const without = await world.run({ action: "plan", ...ask }, { environment });
    expect(without.ends).toMatchObject({ [below("live", "a")]: { kind: "failed", at: "init" } });
    const applied = await world.run({ action: "apply", ...ask }, { environment: { ...environment, MODULES: token } });
    expect(applied.ends).toEqual({ [below("live", "a")]: { kind: "changed" } });
    expect(await said(world, below("live", "a"))).toBe("remote+it");
  });
});
