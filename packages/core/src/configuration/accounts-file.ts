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
 * Reads `accounts.yml`: `<name>: {id, email, …}`.
 *
 * @throws ConfigurationError naming the line that does not fit
 */
export function readAccounts(text: string, file: string): Map<string, Account> {
  const entries = readYaml(text, file, z.record(z.string(), Entry)) ?? {};
  return new Map(
    Object.entries(entries).map(([name, { id, email, owner_email, ...more }]) => [
      name,
      { name, id, email: email ?? owner_email ?? "", ...plainValues(more) },
    ]),
  );
}

const Plain = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** What else an entry says in plain values, as texts. */
export function plainValues(entry: Readonly<Record<string, unknown>>): Pick<Account, "values"> {
  const plain = Object.entries(entry).flatMap(([key, value]): [string, string][] => {
    const read = Plain.safeParse(value);
    return read.success ? [[key, read.data]] : [];
  });
  return plain.length === 0 ? {} : { values: Object.fromEntries(plain) };
}
