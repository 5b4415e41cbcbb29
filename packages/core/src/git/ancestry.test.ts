import { expect, it } from "vitest";
import { CommitSha } from "../contracts/comparison.ts";
import { ancestryOf } from "./ancestry.ts";

const commit = (letter: string): CommitSha => CommitSha.parse(letter.repeat(40));
const [a, b, c, d, e] = [commit("a"), commit("b"), commit("c"), commit("d"), commit("e")];

it("a commit has its ancestors, through merges too, and nothing is said of commits that git does not have", () => {
  // d merges b and c, which both come from a.
  const contains = ancestryOf([`${d} ${b} ${c}`, `${b} ${a}`, `${c} ${a}`, a, ""].join("\n"));
  expect([contains(d, a), contains(d, c), contains(b, a), contains(b, b)]).toEqual([true, true, true, true]);
  expect([contains(b, c), contains(a, d)]).toEqual([false, false]);
  expect([contains(d, e), contains(e, a)]).toEqual([null, null]);
});
