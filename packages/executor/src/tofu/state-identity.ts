import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { z } from "zod";

/** Which state a unit has: where it lies, as a hash, and the lineage that it was born with. `null`: it can't be told. */
export const StateIdentity = z.strictObject({ place: z.string().nullable(), lineage: z.string().nullable() });
export type StateIdentity = z.infer<typeof StateIdentity>;

const BackendFile = z.looseObject({
  backend: z.looseObject({ type: z.string(), config: z.record(z.string(), z.unknown()) }),
});
const StateFile = z.looseObject({ lineage: z.string() });

/** What names a state's place in the backends' settings; the others, credentials among them, say how to get there. */
const NAMING = [
  ...["bucket", "key", "path", "prefix", "address", "workspace_key_prefix", "workspaces", "workspace_dir"],
  ...["storage_account_name", "container_name", "hostname", "organization", "schema_name", "conn_str", "namespace"],
  ...["secret_suffix", "endpoint", "endpoints"],
];

/**
 * Looks a unit's state up where the binary left its traces: the backend in `.terraform`, the lineage in the plan file,
 * which carries the state that it was made from.
 *
 * @param folder where the binary ran
 */
export async function stateIdentityOf(folder: string, planFile: string): Promise<StateIdentity> {
  const [place, lineage] = await Promise.all([
    placeOf(folder).catch(() => null),
    lineageOf(planFile).catch(() => null),
  ]);
  return { place, lineage };
}

async function placeOf(folder: string): Promise<string> {
  const { backend } = BackendFile.parse(
    JSON.parse(await readFile(join(folder, ".terraform/terraform.tfstate"), "utf8")),
  );
  const workspace = await readFile(join(folder, ".terraform/environment"), "utf8").catch(() => "default");
  const named = NAMING.map((name) => backend.config[name] ?? null);
  // A relative path of the local backend counts from the folder.
  const relativeTo = backend.type === "local" && !String(backend.config["path"] ?? "").startsWith("/") ? folder : null;
  return createHash("sha256")
    .update(JSON.stringify([backend.type, named, workspace.trim(), relativeTo]))
    .digest("hex");
}

async function lineageOf(planFile: string): Promise<string | null> {
  const { tfstate } = unzipSync(await readFile(planFile), { filter: ({ name }) => name === "tfstate" });
  if (tfstate === undefined) return null;
  const { lineage } = StateFile.parse(JSON.parse(strFromU8(tfstate)));
  return lineage === "" ? null : lineage;
}
