import { posix } from "node:path";
import { type Ran, run } from "@pipelines/core/process/run";
import type { VariablesOf } from "./variables.ts";

/** What discovery has cost so far. */
export type TerragruntCost = { readonly calls: number; readonly seconds: number };

/** Terragrunt as discovery calls it: never to change anything, always counted. */
export type DiscoveringTerragrunt = {
  /** Terragrunt in one checkout, where each folder has its own variables. */
  in(root: string, variablesOf: VariablesOf): CheckoutTerragrunt;
  /** The calls until now; seconds of calls that ran side by side add up. */
  cost(): TerragruntCost;
};

/** Terragrunt in one checkout. */
export type CheckoutTerragrunt = {
  /** Absolute path of the checkout. */
  readonly root: string;
  readonly variablesOf: VariablesOf;
  /** Runs one command in a folder of the checkout. Never throws: how it ended is the value. */
  call(args: readonly string[], options: CallOptions): Promise<Ran>;
};

type CallOptions = {
  readonly folder: string;
  /** The folder whose variables count, where it is not the one that the command runs in. */
  readonly variablesFrom?: string;
  readonly timeoutMs: number;
};

/** Terragrunt on the PATH of the variables that it is given. */
export function discoveringTerragrunt(): DiscoveringTerragrunt {
  let calls = 0;
  let seconds = 0;
  return {
    in: (root, variablesOf) => ({
      root,
      variablesOf,
      async call(args, { folder, variablesFrom = folder, timeoutMs }) {
        calls += 1;
        const ran = await run("terragrunt", args, {
          cwd: posix.join(root, folder),
          env: variablesOf(variablesFrom),
          timeoutMs,
        });
        seconds += ran.seconds;
        return ran;
      },
    }),
    cost: () => ({ calls, seconds: Math.round(seconds * 10) / 10 }),
  };
}
