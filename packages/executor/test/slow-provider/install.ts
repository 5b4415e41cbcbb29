import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/**
 * Makes the slow provider one that OpenTofu finds.
 *
 * @returns the variables that a unit's environment needs for it
 */
export async function installSlowProvider(folder: string): Promise<Record<string, string>> {
  const platform = `${process.platform}_${ARCHITECTURES[process.arch] ?? process.arch}`;
  const place = join(folder, "mirror/example.test/pipelines/slow/1.0.0", platform);
  await mkdir(place, { recursive: true });
  const program = join(place, "terraform-provider-slow");
  const source = fileURLToPath(new URL("provider.ts", import.meta.url));
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${source}'\n`);
  await chmod(program, 0o755);
  const settings = join(folder, "tofu.rc");
  await writeFile(
    settings,
    `provider_installation {\n  filesystem_mirror {\n    path = "${join(folder, "mirror")}"\n  }\n}\n`,
  );
  // A provider cache of its own: the shared one would keep links into this folder.
  return { TF_CLI_CONFIG_FILE: settings, TF_DISABLE_PLUGIN_TLS: "1", XDG_CACHE_HOME: join(folder, "cache") };
}

/** A module of things: each is a name, its seconds, and what it comes after. */
export function slowThings(
  cloud: string,
  things: readonly {
    readonly name: string;
    readonly seconds: number;
    readonly after?: string;
    readonly crash?: boolean;
  }[],
): string {
  return [
    'terraform {\n  required_providers {\n    slow = {\n      source = "example.test/pipelines/slow"\n    }\n  }\n}',
    ...things.map(
      ({ name, seconds, after, crash = false }) => `resource "slow_thing" "${name}" {
  name    = "${name}"
  cloud   = "${cloud}"
  seconds = ${seconds}
${crash ? '  crash   = "yes"\n' : ""}${after === undefined ? "" : `  depends_on = [slow_thing.${after}]\n`}}`,
    ),
    "",
  ].join("\n");
}
