import { afterAll, expect, it } from "vitest";
import {
  type AttackedWorld,
  CONFIGURATION,
  clearWorlds,
  type Files,
  makeWorld,
  ONE_ENVIRONMENT,
  unit,
} from "./attacks/world.ts";

/**
 * The nested stack of Terragrunt's documentation (https://docs.terragrunt.com/features/stacks/explicit): two environments
 * of a network and a database, played by the three components with real Terragrunt, OpenTofu and git.
 */
afterAll(clearWorlds);

const environment = (name: string, path: string, cidr: string): string => `stack "${name}" {
  source = "\${get_repo_root()}/catalog/stacks/environment"
  path   = "${path}"
  values = {
    environment = "${name}"
    cidr        = "${cidr}"
  }
}
`;
const [vpcModule = "", databaseModule = ""] = ["vpc", "database"].map((name) => unit(name, "")[`${name}/main.tf`]);
const root = 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n';
const CATALOG = {
  "catalog/units/vpc/terragrunt.hcl": `${root}inputs = {\n  value = "\${values.vpc_name} \${values.cidr}"\n}\n`,
  "catalog/units/vpc/main.tf": vpcModule,
  "catalog/units/database/terragrunt.hcl": `${root}dependency "vpc" {\n  config_path = values.vpc_path\n}\ninputs = {\n  value = "in \${dependency.vpc.outputs.value}"\n}\n`,
  "catalog/units/database/main.tf": databaseModule,
  "catalog/stacks/environment/terragrunt.stack.hcl": `unit "vpc" {
  source = "\${get_repo_root()}/catalog/units/vpc"
  path   = "vpc"
  values = {
    vpc_name = values.environment
    cidr     = values.cidr
  }
}
unit "database" {
  source = "\${get_repo_root()}/catalog/units/database"
  path   = "database"
  values = {
    environment = values.environment
    vpc_path    = "../vpc"
  }
}
`,
};
const STACK = "live/terragrunt.stack.hcl";
const dev = environment("development", "dev", "10.0.0.0/16");
const prod = environment("production", "prod", "10.1.0.0/16");
const at = (path: string): string => `live/.terragrunt-stack/${path}`;
const unitsOf = (path: string): [string, string] => [
  at(`${path}/.terragrunt-stack/vpc`),
  at(`${path}/.terragrunt-stack/database`),
];

/** Pushes a change and runs it to its end; answers what was done, in the order of stages. */
async function pushed(world: AttackedWorld, message: string, files: Files): Promise<string[]> {
  const run = await world.onPush(await world.push(message, files));
  expect(await run.finish(), await run.log()).toBe(true);
  const { jobs } = await run.assessment();
  return jobs.flatMap(({ action, units }) => units.map(({ path }) => `${action} ${path}`)).toSorted();
}

it("the stack of Terragrunt's documentation is planned, applied, changed, moved and destroyed", async () => {
  await using world = await makeWorld({ [CONFIGURATION]: ONE_ENVIRONMENT, ...CATALOG, [STACK]: dev + prod });
  const alive = (path: string): Promise<(string | null)[]> => Promise.all(unitsOf(path).map(world.alive));
  expect([await alive("dev"), await alive("prod")]).toEqual([
    ["development 10.0.0.0/16", "in development 10.0.0.0/16"],
    ["production 10.1.0.0/16", "in production 10.1.0.0/16"],
  ]);

  const changed = { [STACK]: dev + prod.replace("10.1.", "10.2.") };
  const pullRequest = await world.propose("wider", changed);
  const planned = await world.onPullRequest(pullRequest, "opened");
  expect(await planned.finish(), await planned.log()).toBe(true);
  expect((await planned.assessment()).jobs.map(({ action, units }) => [action, units.map(({ path }) => path)])).toEqual(
    [["plan", [unitsOf("prod")[0]]]],
  );
  expect(await pushed(world, "A wider network", changed)).toEqual([`apply ${unitsOf("prod")[0]}`]);
  expect((await alive("prod"))[0]).toBe("production 10.2.0.0/16");

  const moved = { [STACK]: dev.replace('"dev"', '"development"') + prod.replace("10.1.", "10.2.") };
  expect(await pushed(world, "Another place", moved)).toEqual(
    unitsOf("development")
      .map((path) => `apply ${path}`)
      .toSorted(),
  );
  expect(await alive("dev")).toEqual(["development 10.0.0.0/16", "in development 10.0.0.0/16"]);
  expect((await world.ledgerOf(unitsOf("dev")[0]))?.due).toMatchObject({ action: "destroy", why: "held-move" });

  const gone = { [STACK]: dev.replace('"dev"', '"development"') };
  expect(await pushed(world, "Production goes", gone)).toEqual(
    unitsOf("prod")
      .map((path) => `destroy ${path}`)
      .toSorted(),
  );
  expect([await alive("prod"), await alive("development")]).toEqual([
    [null, null],
    ["development 10.0.0.0/16", "in development 10.0.0.0/16"],
  ]);
});
