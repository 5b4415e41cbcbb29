import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { installSlowProvider, slowThings } from "./slow-provider/install.ts";
import { rootOn, type StateServer } from "./state-server.ts";
import { makeWorld, unitAt, type World } from "./world.ts";

/** A repository with one unit, `a`, of slow things in a cloud that is a folder. */
export type SlowWorld = World & { readonly cloud: string };

/**
 * A repository whose state is on a server, with the slow provider at hand, in an environment called `prod`.
 *
 * @param things the module of the unit `a`
 * @param settings more lines of the configuration
 */
export async function slowWorld(
  server: Pick<StateServer, "config">,
  things: (cloud: string) => string,
  settings = "",
): Promise<SlowWorld> {
  const world = await makeWorld({});
  const provider = await installSlowProvider(world.folder);
  const cloud = join(world.folder, "cloud");
  await mkdir(cloud);
  await world.commit({
    "root.hcl": rootOn(server),
    ...unitAt("a", things(cloud)),
    ".pipelines/config.yml": `environments:\n  prod:\n    paths: ["**"]\n    env: ${JSON.stringify(provider)}\n${settings}`,
  });
  return { ...world, cloud };
}

/** One thing, made in no time. */
export const quick = (cloud: string): string => slowThings(cloud, [{ name: "x", seconds: 0.1 }]);

/** Waits until something is asked for in the cloud. */
export async function somethingMade({ cloud }: SlowWorld): Promise<void> {
  while ((await readdir(cloud)).length === 0) await sleep(50);
}

/** Kills the binary that applies in a test's own world, as a machine without memory does. */
export const killApplyIn = (world: World): Promise<void> => killIn(world, /\/tofu\0apply\0/);

/** Kills the Terragrunt above it. */
export const killTerragruntIn = (world: World): Promise<void> => killIn(world, /terragrunt\0run\0.*\0apply\0/s);

async function killIn({ folder }: World, what: RegExp): Promise<void> {
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const [command, environment] = await Promise.all(
      ["cmdline", "environ"].map((file) => readFile(`/proc/${pid}/${file}`, "latin1").catch(() => "")),
    );
    if (what.test(command ?? "") && environment?.includes(folder) && !command?.includes("/bin/sh")) {
      process.kill(Number(pid), "SIGKILL");
    }
  }
}
