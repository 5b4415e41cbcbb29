import { readFile } from "node:fs/promises";
import { plainValues } from "@pipelines/core/configuration/accounts-file";
import type { Account } from "@pipelines/core/contracts/change";
import { z } from "zod";
import type { OpenUnit } from "../unit/open-unit.ts";

/** The factory's output `accounts`: all that it has made, by name. */
const Output = z.record(
  z.string(),
  z.looseObject({
    id: z.union([z.string(), z.number()]).transform((id) => String(id).padStart(12, "0")),
    email: z.string().nullish(),
  }),
);

/** What the account factory says that it has made; `null` where it has no output `accounts`, or one of another shape. */
export async function factoryAccounts(unit: OpenUnit): Promise<Account[] | null> {
  const step = await unit.run("output", ["output", "-no-color", "-json", "accounts"], { initialised: true });
  if (step.end.exitCode !== 0) return null;
  const text = await readFile(step.printed[0] ?? "", "utf8").catch(() => "");
  try {
    const output = Output.safeParse(JSON.parse(text));
    if (!output.success) return null;
    return Object.entries(output.data).map(([name, { id, email, ...more }]) => ({
      ...{ name, id, email: email ?? "" },
      ...plainValues(more),
    }));
  } catch {
    return null;
  }
}
