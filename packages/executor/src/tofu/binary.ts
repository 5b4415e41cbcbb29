import { execFileSync } from "node:child_process";
import { access, constants, realpath } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { ToolError } from "@pipelines/core/terragrunt/binary";

/** The OpenTofu or Terraform that plans and applies. */
export type Binary = { readonly kind: "tofu" | "terraform"; readonly program: string; readonly version: string };

const OLDEST = { tofu: [1, 12], terraform: [1, 11] } as const;

/**
 * Finds OpenTofu or Terraform: whichever comes first on a PATH, OpenTofu where both are in one folder.
 *
 * @throws ToolError when there is none, or it is too old
 */
export async function locateBinary(env: Readonly<Record<string, string>>): Promise<Binary> {
  for (const folder of (env["PATH"] ?? "").split(delimiter)) {
    for (const kind of ["tofu", "terraform"] as const) {
      const program = join(folder, kind);
      if (folder === "" || !(await isProgram(program))) continue;
      const version = /v(\d+)\.(\d+)\.(\d+)/.exec(
        execFileSync(program, ["version"], { env: { ...env }, encoding: "utf8" }),
      );
      const [major, minor] = OLDEST[kind];
      if (version === null) throw new ToolError(kind, `${program} does not say its version.`);
      if (Number(version[1]) < major || (Number(version[1]) === major && Number(version[2]) < minor)) {
        throw new ToolError(kind, `${kind} ${version[0]} is too old: Pipelines needs ${major}.${minor} or newer.`);
      }
      return { kind, program: await realpath(program), version: version[0].slice(1) };
    }
  }
  throw new ToolError("tofu", "Neither tofu nor terraform is on the PATH. Install OpenTofu 1.12 or newer.");
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
