import { type Ran, run } from "@pipelines/core/process/run";

/** What discovery has cost so far. */
export type TerragruntCost = { readonly calls: number; readonly seconds: number };

/** Terragrunt as discovery calls it: never to change anything, always counted. */
export type DiscoveringTerragrunt = {
  /** Runs one command in a folder. Never throws: how it ended is the value. */
  call(
    args: readonly string[],
    options: {
      readonly cwd: string;
      readonly env: Readonly<Record<string, string>>;
      readonly timeoutMs: number;
    },
  ): Promise<Ran>;
  /** The calls until now; seconds of calls that ran side by side add up. */
  cost(): TerragruntCost;
};

export function discoveringTerragrunt(): DiscoveringTerragrunt {
  let calls = 0;
  let seconds = 0;
  return {
    async call(args, options) {
      calls += 1;
      const ran = await run("terragrunt", args, options);
      seconds += ran.seconds;
      return ran;
    },
    cost: () => ({ calls, seconds: Math.round(seconds * 10) / 10 }),
  };
}
