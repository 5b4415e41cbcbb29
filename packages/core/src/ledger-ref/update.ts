import type { Ledger } from "../ledger/ledger.ts";
import type { LedgerStore, StoredLedger } from "./store.ts";
import { changedFiles, LEDGER_REF, LedgerError } from "./tree.ts";

/** What is to become of a ledger, and what the history says of it. */
export type LedgerChange<T> = { readonly ledger: Ledger; readonly message: string; readonly result: T };

/** The ledger as it is then, and the commit of its ref: with that it can be put back. */
export type Updated<T> = StoredLedger & { readonly result: T; readonly tries: number };

export type Patience = {
  /** How often it is tried when other writers are faster. */
  readonly attempts: number;
  /** How often a refusal is taken when nobody else wrote: the network, or a right that is missing. */
  readonly refusals: number;
  readonly wait: (ms: number) => Promise<unknown>;
  /** A number from 0 to 1: writers that met must not meet again. */
  readonly random: () => number;
};

/** Ten runs that end at once have each other wait for nine turns at most, of a second or two. */
export const PATIENCE = { attempts: 40, refusals: 3 } as const;

const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [100, 4000];

/**
 * Changes the ledger: reads it, changes it, writes it in place of what was read, and begins again when another writer
 * was faster. A change that was made already writes nothing.
 *
 * @param change from the ledger as it is; called again for every try, so it must change nothing else
 * @throws LedgerError when the ledger can't be read, or the write stays refused
 */
export async function updateLedger<T>(
  store: LedgerStore,
  change: (ledger: Ledger) => LedgerChange<T> | Promise<LedgerChange<T>>,
  patience: Patience,
): Promise<Updated<T>> {
  let refusals = 0;
  let before = await store.read();
  for (let tries = 1; ; tries += 1) {
    const { ledger, message, result } = await change(before.ledger);
    if (changedFiles(before.ledger, ledger).length === 0) return { result, ...before, tries };
    const written = await store.write(before, ledger, message);
    if (written.kind === "written") return { result, ledger, commit: written.commit, tries };
    // Whether another writer was faster is what the ref says, not what git prints.
    const now = await store.read();
    const faster = now.commit !== before.commit;
    before = now;
    refusals = faster ? 0 : refusals + 1;
    if (refusals >= patience.refusals) {
      throw new LedgerError(
        `${LEDGER_REF} can't be written: ${written.why}. The job needs \`contents: write\`, and no rule may forbid pushes to the ref.`,
      );
    }
    if (tries >= patience.attempts) {
      throw new LedgerError(`${LEDGER_REF} can't be written: other runs were faster ${tries} times.`);
    }
    await patience.wait(patience.random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(tries, 10)));
  }
}
