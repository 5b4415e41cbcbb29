import { availableParallelism } from "node:os";

/** Processes that discovery lets run at a time: each of Terragrunt's is busy on a core. */
const AT_A_TIME = Math.max(2, availableParallelism());

/** Does something for every item, a few at a time, and answers the results in the order of the items. */
export async function sideBySide<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Map<number, R>();
  const waiting = items.entries();
  const work = async (): Promise<void> => {
    for (const [index, item] of waiting) results.set(index, await act(item));
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return [...results].toSorted(([a], [b]) => a - b).map(([, result]) => result);
}
