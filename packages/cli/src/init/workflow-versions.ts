import { type BinaryName, TOOLS, type ToolName } from "@pipelines/core/tools/tool";
import type { Place } from "@pipelines/core/tools/version-error";
import { mostFrequent } from "./values-in-files.ts";

/** The version of a tool that the team's own workflows install. */
export type WorkflowVersion = {
  readonly tool: ToolName;
  readonly version: string;
  readonly place: Place;
  /** What other workflows install instead. */
  readonly others: readonly string[];
};

/** How people call the variables and inputs that hold a version: `TG_VERSION`, `terraform_version`. */
const NAMES: Readonly<Record<ToolName, string>> = {
  terragrunt: "(?:tg|terragrunt)",
  opentofu: "(?:tofu|opentofu)",
  terraform: "(?:tf|terraform)",
};

/** Workflows of GitHub, and what else of a team's own may install tools. */
export const isWorkflow = (file: string): boolean =>
  /^\.github\/(?:workflows\/[^/]+|actions\/.+\/action)\.ya?ml$|^\.gitlab-ci\.ya?ml$/.test(file);

/**
 * What workflows install, as far as a version stands there as a number: the one that most of them have.
 *
 * @param texts workflows by their paths
 */
export function versionsInWorkflows(texts: ReadonlyMap<string, string>): WorkflowVersion[] {
  return TOOLS.flatMap((tool): WorkflowVersion[] => {
    const named = new RegExp(
      `^[\\s-]*["']?${NAMES[tool]}[_-]?version["']?\\s*[:=]\\s*["']?v?(\\d+\\.\\d+\\.\\d+)["']?\\s*(?:#.*)?$`,
      "i",
    );
    const found = [...texts].flatMap(([file, text]) =>
      text.split("\n").flatMap((line, index) => {
        const version = named.exec(line)?.[1];
        return version === undefined ? [] : [{ version, place: { file, line: index + 1 } }];
      }),
    );
    const most = mostFrequent(found.map(({ version }) => version));
    const first = found.find(({ version }) => version === most);
    if (first === undefined) return [];
    const others = [...new Set(found.map(({ version }) => version))].filter((version) => version !== most).toSorted();
    return [{ tool, ...first, others }];
  });
}

/** The one of OpenTofu and Terraform that workflows install; `null` where they install both, or neither. */
export function binaryInWorkflows(versions: readonly WorkflowVersion[]): BinaryName | null {
  const [first, second] = versions.flatMap(({ tool }) => (tool === "terragrunt" ? [] : [tool]));
  return first === undefined || second !== undefined ? null : first;
}
