import { execFileSync } from "node:child_process";
import { access, constants, realpath } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { ToolError } from "@pipelines/core/terragrunt/binary";
import { isOlder, OLDEST } from "@pipelines/core/terragrunt/oldest";

/** The OpenTofu or Terraform that plans and applies. */
export type Binary = {
  readonly kind: "tofu" | "terraform";
  readonly program: string;
  readonly version: string;
  /** What it prints when it is asked for its version. */
  readonly versionText: string;
};

const oldest = { tofu: OLDEST.opentofu, terraform: OLDEST.terraform } as const;

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
      const said = execFileSync(program, ["version"], { env: { ...env }, encoding: "utf8" });
      const version = /v(\d+\.\d+\.\d+)/.exec(said)?.[1];
      if (version === undefined) throw new ToolError(kind, `${program} does not say its version.`);
      if (isOlder(version, oldest[kind])) {
        throw new ToolError(kind, `${kind} v${version} is too old: Pipelines needs ${oldest[kind]} or newer.`);
      }
      return { kind, program: await realpath(program), version, versionText: said };
    }
  }
  throw new ToolError("tofu", `Neither tofu nor terraform is on the PATH. Install OpenTofu ${oldest.tofu} or newer.`);
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
