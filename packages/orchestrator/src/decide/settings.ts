import type { Configuration } from "@pipelines/core/configuration/schema";

/** The configurations of a comparison: of both commits, and the one of them that governs what is not a delete. */
export type Settings = {
  readonly atBase: Configuration;
  readonly atHead: Configuration;
  readonly governing: Configuration;
  /** The newest that is known: head's, or the branch's where an older commit is run by hand. */
  readonly newest: Configuration;
};
