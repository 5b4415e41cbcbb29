import { posix } from "node:path";
import { type Ran, run } from "@pipelines/core/process/run";
import type { VariablesOf } from "./variables.ts";

/** What discovery has cost so far. */
export type TerragruntCost = { readonly calls: number; readonly seconds: number };

/** Terragrunt as discovery calls it: never to change anything, always counted. */
export type DiscoveringTerragrunt = {
  /** Terragrunt in one checkout, where each folder has its own variables. */
  in(root: string, variablesOf: VariablesOf): CheckoutTerragrunt;
  /** The calls until now, and the seconds during which at least one ran. */
  cost(): TerragruntCost;
};

/** What somebody at a terminal has of discovery while it goes on. */
export type DiscoveryWatch = {
  /** A call starts: `terragrunt find in prod`. What is answered is called when it has ended. */
  started(call: string): () => void;
  /** Aborted when nothing new is to start. */
  readonly stop: AbortSignal;
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
export function discoveringTerragrunt(watch: DiscoveryWatch | null = null): DiscoveringTerragrunt {
  let calls = 0;
  let underWay = 0;
  let since = 0;
  let milliseconds = 0;
  return {
    in: (root, variablesOf) => ({
      root,
      variablesOf,
      async call(args, { folder, variablesFrom = folder, timeoutMs }) {
        watch?.stop.throwIfAborted();
        calls += 1;
        if (underWay === 0) since = performance.now();
        underWay += 1;
        const ended = watch?.started(nameOf(args, folder));
        const ran = await run("terragrunt", args, {
          cwd: posix.join(root, folder),
          env: variablesOf(variablesFrom),
          timeoutMs,
        });
        ended?.();
        underWay -= 1;
        if (underWay === 0) milliseconds += performance.now() - since;
        // What a stop ended says nothing about the unit.
        watch?.stop.throwIfAborted();
        return ran;
      },
    }),
    cost: () => ({ calls, seconds: Math.round(milliseconds / 100) / 10 }),
  };
}

function nameOf(args: readonly string[], folder: string): string {
  const flags = args.findIndex((argument) => argument.startsWith("-"));
  const command = flags === -1 ? args : args.slice(0, flags);
  return `terragrunt ${command.join(" ")}${folder === "." ? "" : ` in ${folder}`}`;
}
