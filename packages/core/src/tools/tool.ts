import releases from "./releases.json" with { type: "json" };

/** What Pipelines installs. `releases.json` says of each what its program is called and where its releases are. */
export type ToolName = keyof typeof releases;

/** One of them is what plans and applies. */
export type BinaryName = Exclude<ToolName, "terragrunt">;

/** In the order in which they are installed, and in which one wins where nothing else decides. */
export const TOOLS = ["terragrunt", "opentofu", "terraform"] as const satisfies readonly ToolName[];

const TITLES: Readonly<Record<ToolName, string>> = {
  terragrunt: "Terragrunt",
  opentofu: "OpenTofu",
  terraform: "Terraform",
};

/** The name that people write. */
export const titleOf = (tool: ToolName): string => TITLES[tool];

/** The name of its program. */
export const programOf = (tool: ToolName): string => releases[tool].program;

/** The version that Pipelines is tested with: installed where nothing names one, and shown as an example. */
export const testedVersion = (tool: ToolName): string => releases[tool].version;

/** What one release consists of. */
export type Release = {
  /** The file with the program: a tar or zip archive, or the program itself. */
  readonly file: string;
  readonly url: string;
  /** The publisher's list of SHA-256 sums. */
  readonly sumsUrl: string;
};

/** Where a version for a machine is to be had; `os` and `arch` as Node calls them. */
export function releaseOf(tool: ToolName, version: string, os: string, arch: string): Release {
  const { folder, file, sums } = releases[tool];
  const filled = (text: string): string =>
    text
      .replaceAll("{version}", version)
      .replaceAll("{os}", os)
      .replaceAll("{arch}", arch === "x64" ? "amd64" : arch);
  return { file: filled(file), url: filled(`${folder}/${file}`), sumsUrl: filled(`${folder}/${sums}`) };
}

/**
 * The tool that a version manager's name stands for, with or without a backend and options: `opentofu`, `tofu`,
 * `aqua:gruntwork-io/terragrunt`, `ubi:opentofu/opentofu[exe=tofu]`, `asdf:someone/asdf-terraform`.
 *
 * @returns also who publishes what that backend installs, where that is somebody else
 */
export function toolNamed(name: string): { readonly tool: ToolName; readonly otherPublisher: string | null } | null {
  const [, backend = null, path = ""] = /^(?:([\w-]+):)?([^[]*)/.exec(name) ?? [];
  const parts = path.split("/").filter((part) => part !== "");
  const isPlugin = backend === "asdf" || backend === "vfox";
  const last = (parts.at(-1) ?? "").replace(/\.git$/, "").replace(isPlugin ? /^(?:asdf|vfox|mise)-/ : /^$/, "");
  const tool = TOOLS.find((known) => known === last || programOf(known) === last);
  if (tool === undefined) return null;
  // A plugin's owner wrote the script that installs, a release's owner wrote the program.
  const owner = isPlugin ? undefined : parts.at(-2);
  return { tool, otherPublisher: owner === undefined || owner === releases[tool].publisher ? null : owner };
}
