import { chmod, mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/**
 * Makes the slow provider one that OpenTofu finds.
 *
 * @returns the variables that a unit's environment needs for it
 */
export function installSlowProvider(folder: string): Promise<Record<string, string>> {
  const source = fileURLToPath(new URL("provider.ts", import.meta.url));
  return installProvider(folder, { address: "example.test/pipelines/slow", version: "1.0.0", source });
}

/**
 * Makes a provider written in TypeScript one that OpenTofu finds, and no other provider.
 *
 * @returns the variables that OpenTofu's environment needs for it
 */
export async function installProvider(
  folder: string,
  { address, version, source }: { readonly address: string; readonly version: string; readonly source: string },
): Promise<Record<string, string>> {
  const platform = `${process.platform}_${ARCHITECTURES[process.arch] ?? process.arch}`;
  const place = join(folder, "mirror", address, version, platform);
  await mkdir(place, { recursive: true });
  const program = join(place, `terraform-provider-${basename(address)}`);
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
