import { CommitSha } from "@pipelines/core/contracts/comparison";
import { expect, it } from "vitest";
import { planUnitsLine, readPlanUnits, unitKey } from "./plan-units.ts";
import { MARK_ROOM, markOf, readMarks, withMarks } from "./stale-mark.ts";

const [base, first, second] = ["a", "b", "c"].map((letter) => CommitSha.parse(letter.repeat(40)));
if (base === undefined || first === undefined || second === undefined) throw new Error("there are three");
const url = (commit: string): string => `https://github.com/acme/live/commit/${commit}`;
const merge = (commit: string, pullRequest: number | null = 12) => ({ commit, url: url(commit), pullRequest });
const plan = { branch: "main", pullRequest: 7 };
const line = planUnitsLine({ changed: ["prod/vpc"], read: ["dev/network"] }, base);
const comment = `<!-- pipelines:comment v1 plan run=1 attempt=1 phase=end -->\n### ✅ Fine\n\n${line}`;

it("a plan's comment carries what it changes, what it reads and its base, as hashes in its last line", () => {
  expect(line).not.toContain("prod");
  expect(readPlanUnits(`${comment}\r\n\n`)).toEqual({
    ...{ base, changed: new Set([unitKey("prod/vpc")]), read: new Set([unitKey("dev/network")]), whole: true },
  });
});

it("what is not the last line, or is not as we write it, carries nothing", () => {
  for (const body of [
    "",
    `${line}\nand more`,
    `${comment} x`,
    comment.replace("v1 base", "v2 base"),
    comment.replace("changed=", "changed=A"),
    comment.replace(base, "main"),
  ]) {
    expect(readPlanUnits(body), body).toBeNull();
  }
});

it("a plan of more units than a comment has room for says so, and keeps what it changes before what it reads", () => {
  const many = Array.from({ length: 2400 }, (_, index) => `prod/unit-${index}`);
  const units = readPlanUnits(planUnitsLine({ changed: many, read: many.map((unit) => `${unit}-read`) }, base));
  expect([units?.changed.size, units?.read.size, units?.whole]).toEqual([2400, 100, false]);
});

it("a mark stands below the hidden first line, says what changed by which merge and what to press, and goes again", () => {
  const marked = withMarks(comment, [markOf(merge(first), { changed: ["prod/vpc"], read: [] })], plan);
  expect(marked.split("\n")[0]).toBe(comment.split("\n")[0]);
  expect(marked).toContain(`> - [\`bbbbbbb\`](${url(first)}) (#12) has changed \`prod/vpc\`\n`);
  expect(marked).toContain("**Update branch**");
  expect(marked).toContain("gh pr update-branch 7");
  expect(readPlanUnits(marked)?.base).toBe(base);
  expect(readMarks(marked).map(({ commit }) => commit)).toEqual([first]);
  expect(withMarks(marked, [], plan)).toBe(comment);
});

it("a second merge is told before the first, and the sixth of them leaves the oldest out", () => {
  let body = comment;
  for (const letter of "bcdef0") {
    const mark = markOf(merge(letter.repeat(40)), { changed: ["prod/vpc"], read: ["dev/network"] });
    body = withMarks(body, [mark, ...readMarks(body)], plan);
  }
  expect(readMarks(body).map(({ commit }) => commit[0])).toEqual(["0", "f", "e", "d", "c"]);
  expect(body.match(/pipelines:stale v1/g)).toHaveLength(1);
});

it("marks are read where they are written and nowhere else, also after a person's editor has changed line ends", () => {
  const marked = withMarks(comment, [markOf(merge(first, null), { changed: ["prod/vpc"], read: [] })], plan);
  const block = marked.split("\n").slice(1, -4).join("\n");
  expect(readMarks(`${comment.split("\n")[0]}\ntext\n${block}`)).toEqual([]);
  const windows = marked.replaceAll("\n", "\r\n");
  expect(readMarks(windows).map(({ commit }) => commit)).toEqual([first]);
  expect(withMarks(windows, readMarks(windows), plan).match(/has changed/g)).toHaveLength(2);
  expect(readMarks(marked.replace(/^> - .*$/m, ""))).toEqual([]);
});

it("marks with the longest names fit the room that a plan leaves, and can't break out of their line", () => {
  const odd = Array.from({ length: 40 }, (_, index) => `${index}${"`|\n<!-- -->[x](y)".repeat(30)}`);
  const marks = [..."bcdef"].map((letter) => markOf(merge(letter.repeat(40)), { changed: odd, read: odd }));
  const body = withMarks(comment, marks, { branch: "b".repeat(200), pullRequest: 123_456 });
  expect(body.length - comment.length).toBeLessThan(MARK_ROOM);
  expect(readMarks(body)).toHaveLength(5);
});
