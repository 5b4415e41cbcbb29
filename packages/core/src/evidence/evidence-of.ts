import type { WantedTool, WantedTools } from "../versions/wanted-versions.ts";
import { binariesOn } from "./binaries-on-path.ts";
import { binaryAt, type Evidence } from "./choose-binary.ts";
import { lookForEvidence } from "./look-for-evidence.ts";

/**
 * All that tells whether a team uses OpenTofu or Terraform.
 *
 * @param repository the folder of its checkout
 * @param path the PATH on which programs are looked for; `null` where a machine says nothing about the team
 */
export function evidenceOf(
  { binaries, terragruntRuns: runs }: WantedTools,
  repository: string,
  path: string | null,
): Evidence[] {
  return [
    ...(runs === null
      ? []
      : [{ kind: "set", by: "TG_TF_PATH", binary: binaryAt(runs.path), place: runs.place } as const]),
    ...binaries.map((one): Evidence => ({ kind: "named", binary: binaryOf(one), place: one.place })),
    ...lookForEvidence(repository),
    ...(path === null ? [] : binariesOn(path)).map(({ binary }): Evidence => ({ kind: "on the path", binary })),
  ];
}

/** Which of the two a named tool is. */
export const binaryOf = ({ tool }: Pick<WantedTool, "tool">) => (tool === "terraform" ? "terraform" : "opentofu");
