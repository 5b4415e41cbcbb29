import { z } from "zod";
import type { Account } from "../contracts/change.ts";
import { readYaml } from "./read.ts";

/** One entry; teams keep further keys there, which are theirs. */
const Entry = z.looseObject({
  id: z
    .union([z.string(), z.number()])
    .transform((id) => String(id).padStart(12, "0"))
    .refine((id) => /^\d{12}$/.test(id), "an account's id is 12 digits"),
  email: z.string().optional(),
  owner_email: z.string().optional(),
});

/**
 * Reads `accounts.yml`: `<folder>: {id, email}`.
 *
 * @throws ConfigurationError naming the line that does not fit
 */
export function readAccounts(text: string, file: string): Map<string, Account> {
  const entries = readYaml(text, file, z.record(z.string(), Entry)) ?? {};
  return new Map(
    Object.entries(entries).map(([name, entry]) => [
      name,
      { name, id: entry.id, email: entry.email ?? entry.owner_email ?? "" },
    ]),
  );
}
