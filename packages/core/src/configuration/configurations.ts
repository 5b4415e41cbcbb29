import { readFile } from "node:fs/promises";
import type { CommitSha, Comparison } from "../contracts/comparison.ts";
import type { Repository } from "../git/repository.ts";
import { CONFIGURATION_FILE } from "./configuration-file.ts";
import { type Governed, governingCommit } from "./governing.ts";
import { defaultConfiguration, readConfiguration } from "./read.ts";
import type { Configuration } from "./schema.ts";

/** The configurations of a repository, each read once. */
export type Configurations = {
  /** The configuration of a commit; the default where the commit has none, or is `null`. @throws ConfigurationError */
  at(commit: CommitSha | null): Promise<Configuration>;
  /** The text of a commit's configuration and the name of its file; `null` where the commit has none, or is `null`. */
  text(commit: CommitSha | null): Promise<{ readonly text: string; readonly file: string } | null>;
  /** The configuration that governs a job of a comparison, or the comparison as a whole. @throws ConfigurationError */
  governing(comparison: Comparison, job: Governed | null): Promise<Configuration>;
};

/**
 * @param file a configuration file that takes the place of every commit's own; `null` for the repository's
 */
export function configurationsOf(repository: Pick<Repository, "read">, file: string | null): Configurations {
  const known = new Map<CommitSha | null, Promise<Configuration>>();
  const textOf: Configurations["text"] = async (commit) => {
    if (file !== null) return { text: await readFile(file, "utf8"), file };
    const text = commit === null ? null : await repository.read(commit, CONFIGURATION_FILE);
    return text === null ? null : { text, file: CONFIGURATION_FILE };
  };
  const read = async (commit: CommitSha | null): Promise<Configuration> => {
    const found = await textOf(commit);
    return found === null ? defaultConfiguration() : readConfiguration(found.text, found.file);
  };
  const at = (commit: CommitSha | null): Promise<Configuration> => {
    const reading = known.get(commit) ?? read(commit);
    known.set(commit, reading);
    return reading;
  };
  return { at, text: textOf, governing: (comparison, job) => at(governingCommit(comparison, job)) };
}
