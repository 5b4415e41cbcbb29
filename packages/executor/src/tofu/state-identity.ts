import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { LedgerState } from "@pipelines/core/contracts/ledger";
import { strFromU8, unzipSync } from "fflate";
import { z } from "zod";

const BackendFile = z.looseObject({
  backend: z.looseObject({ type: z.string(), config: z.record(z.string(), z.unknown()) }),
});
const StateFile = z.looseObject({ lineage: z.string(), serial: z.int().nonnegative() });

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
export async function stateIdentityOf(folder: string, planFile: string): Promise<LedgerState> {
  const [place, born] = await Promise.all([
    placeOf(folder).catch(() => ({ backend: null, key: null, workspace: null })),
    lineageOf(planFile).catch(() => ({ lineage: null, serial: null })),
  ]);
  return { ...place, ...born };
}

async function placeOf(folder: string): Promise<Pick<LedgerState, "backend" | "key" | "workspace">> {
  const { backend } = await readBackend(backendFileIn(folder));
  const workspace = await readFile(join(folder, ".terraform/environment"), "utf8").catch(() => "default");
  return { backend: backend.type, key: keyOf(backend, folder), workspace: workspace.trim() };
}

/** The file in which the binary keeps the settings of a folder's backend. */
export const backendFileIn = (folder: string): string => join(folder, ".terraform/terraform.tfstate");

/**
 * What names the place of a state, in any workspace, from the settings of its backend; `null` where the place depends on
 * the folder that they are used in.
 *
 * @throws when the file is none of such settings
 */
export async function statePlaceIn(backendFile: string): Promise<string | null> {
  const { backend } = await readBackend(backendFile);
  return countsFromFolder(backend) ? null : keyOf(backend, null);
}

const readBackend = async (file: string): Promise<z.infer<typeof BackendFile>> =>
  BackendFile.parse(JSON.parse(await readFile(file, "utf8")));

type Backend = z.infer<typeof BackendFile>["backend"];

/** A relative path of the local backend counts from the folder. */
const countsFromFolder = ({ type, config }: Backend): boolean =>
  type === "local" && !String(config["path"] ?? "").startsWith("/");

function keyOf(backend: Backend, folder: string | null): string {
  const named = NAMING.map((name) => backend.config[name] ?? null);
  return createHash("sha256")
    .update(JSON.stringify([named, countsFromFolder(backend) ? folder : null]))
    .digest("hex");
}

async function lineageOf(planFile: string): Promise<Pick<LedgerState, "lineage" | "serial">> {
  const { tfstate } = unzipSync(await readFile(planFile), { filter: ({ name }) => name === "tfstate" });
  if (tfstate === undefined) return { lineage: null, serial: null };
  const { lineage, serial } = StateFile.parse(JSON.parse(strFromU8(tfstate)));
  return lineage === "" ? { lineage: null, serial: null } : { lineage, serial };
}
