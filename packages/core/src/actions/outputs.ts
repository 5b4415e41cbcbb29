import * as core from "@actions/core";

/** GitHub's limit for all outputs of a job, in UTF-16 bytes, with some room for the others. */
const MOST_CHARACTERS = 450_000;

/** An output that GitHub would drop or refuse. */
export class OutputError extends Error {
  override readonly name = "OutputError";
  readonly output: string;

  constructor(output: string, what: string) {
    super(`output \`${output}\` ${what}`);
    this.output = output;
  }
}

/** Sets the outputs of a step. */
export type Outputs = {
  /** @throws OutputError when the value is too long for GitHub */
  set(name: string, value: string): void;
};

/** Writes to `GITHUB_OUTPUT`, with a random delimiter that a value can't end early. */
export const actionsOutputs: Outputs = {
  set(name, value) {
    if (value.length > MOST_CHARACTERS) {
      throw new OutputError(name, `has ${value.length} characters; GitHub takes about ${MOST_CHARACTERS} of a job`);
    }
    core.setOutput(name, value);
  },
};
