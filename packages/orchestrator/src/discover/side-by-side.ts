import { availableParallelism } from "node:os";
import pMap from "p-map";

/** Processes that discovery lets run at a time: each of Terragrunt's is busy on a core. */
const AT_A_TIME = Math.max(2, availableParallelism());

/** Does something for every item, a few at a time, and answers the results in the order of the items. */
export function sideBySide<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  return pMap(items, act, { concurrency: AT_A_TIME });
}
