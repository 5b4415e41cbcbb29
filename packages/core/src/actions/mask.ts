import * as core from "@actions/core";

/** Has GitHub's runner mask a value in everything that it shows of this job from now on. */
export function maskInLog(value: string): void {
  if (value !== "") core.setSecret(value);
}
