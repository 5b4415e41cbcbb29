import type { Configuration } from "@pipelines/core/configuration/schema";
import { gitAccess } from "@pipelines/core/process/git-access";

/** How the sources of stacks are read. */
export type SourceAccess = {
  /** Variables for git, with a token in them: for what fetches sources, and for nothing else. */
  readonly variables: Readonly<Record<string, string>>;
  /** What to look at where a source can't be read. */
  readonly advice: string;
};

/**
 * How stacks read their private sources.
 *
 * @param access what the configuration that governs says, not that of the change: it says where the token may go
 * @param token empty where there is none
 */
export function sourceAccess(access: Configuration["module_access"], token: string): SourceAccess {
  if (access === undefined) return { variables: {}, advice: "Private sources are read with `module_access`." };
  const { variables } = gitAccess(access.hosts, token);
  const advice =
    token === ""
      ? "The job that determines changes has no token for `module_access`: hand it over as the secret PIPELINES_MODULE_TOKEN."
      : `Can the token PIPELINES_MODULE_TOKEN read it, and is its host one of \`module_access.hosts\` (${access.hosts.join(", ")})?`;
  return { variables, advice };
}
