import { CommitSha } from "@pipelines/core/contracts/comparison";
import type { JobUnit } from "@pipelines/core/contracts/job";
import type { UnitEnd, UnitOutcome } from "@pipelines/core/contracts/outcome";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runGraph } from "./run-graph.ts";

const path = (name: string) => UnitPath.parse(name);
const unit = (name: string, ...after: string[]): JobUnit => ({ path: path(name), after: after.map(path) });
const changed: UnitEnd = { kind: "changed" };
const failed: UnitEnd = {
  kind: "failed",
  at: "apply",
  cause: { kind: "tool", exitCode: 1, message: "no" },
};

async function play(
  units: readonly JobUnit[],
  ends: Readonly<Record<string, UnitEnd>> = {},
  options: { limit?: number; earlier?: [string, UnitEnd][]; applies?: string[]; stopAfter?: number } = {},
) {
  const events: string[] = [];
  const outcomes = new Map<string, UnitOutcome>();
  let most = 0;
  let now = 0;
  await runGraph({
    units,
    action: options.applies === undefined ? "apply" : "destroy",
    limit: options.limit ?? 4,
    earlier: new Map((options.earlier ?? []).map(([name, end]) => [path(name), end])),
    applies: new Set((options.applies ?? []).map(path)),
    over: () =>
      outcomes.size >= (options.stopAfter ?? Number.POSITIVE_INFINITY)
        ? "The run was asked to stop before this unit was started."
        : null,
    async run(name) {
      events.push(`start ${name}`);
      now += 1;
      most = Math.max(most, now);
      await Promise.resolve();
      now -= 1;
      return { path: name, end: ends[name] ?? changed, seconds: 1 };
    },
    async ended(outcome) {
      events.push(`${outcome.end.kind} ${outcome.path}`);
      outcomes.set(outcome.path, outcome);
    },
  });
  return { events, outcomes, most };
}

describe("running a job's units", () => {
  it("starts a unit only when all that it comes after has ended", async () => {
    const { events } = await play([unit("app", "db", "vpc"), unit("db", "vpc"), unit("vpc")]);
    expect(events).toEqual(["start vpc", "changed vpc", "start db", "changed db", "start app", "changed app"]);
  });

  it("skips what comes after a failed unit, names it, and goes on with the others", async () => {
    const { outcomes } = await play([unit("vpc"), unit("db", "vpc"), unit("app", "db"), unit("other")], {
      vpc: failed,
    });
    expect(outcomes.get("db")?.end).toEqual({ kind: "skipped", because: ["vpc"] });
    expect(outcomes.get("app")?.end).toEqual({ kind: "skipped", because: ["db"] });
    expect(outcomes.get("other")?.end).toEqual(changed);
  });

  it("goes on behind an error that is ignored, but destroys nothing that a unit still needs which is there", async () => {
    const ignored: UnitEnd = { kind: "ignored", message: "known" };
    const units = [unit("app", "vpc"), unit("vpc")];
    expect((await play(units, { vpc: ignored })).outcomes.get("app")?.end).toEqual(changed);
    const { outcomes } = await play(units, { vpc: ignored }, { applies: [] });
    expect(outcomes.get("app")?.end).toEqual({ kind: "skipped", because: ["vpc"] });
  });

  it("skips what comes after a unit of an earlier job that did not end well", async () => {
    const { events } = await play([unit("app", "vpc")], {}, { earlier: [["vpc", failed]] });
    expect(events).toEqual(["skipped app"]);
  });

  it("leaves what comes after units that a later run takes care of to that run", async () => {
    const superseded: UnitEnd = { kind: "superseded", by: CommitSha.parse("c".repeat(40)) };
    const units = [unit("app", "vpc"), unit("top", "app"), unit("other")];
    const { outcomes } = await play(units, {}, { earlier: [["vpc", superseded]] });
    expect([outcomes.get("app")?.end, outcomes.get("top")?.end]).toEqual([superseded, superseded]);
    expect(outcomes.get("other")?.end).toEqual(changed);
  });

  it("holds a destroy back by name when an apply that it needs did not end well", async () => {
    const earlier: [string, UnitEnd][] = [["app", failed]];
    const { outcomes } = await play([unit("vpc", "app"), unit("dns", "vpc")], {}, { earlier, applies: ["app"] });
    expect(outcomes.get("vpc")?.end).toMatchObject({
      kind: "withheld",
      stop: { guard: "needed-apply", message: expect.stringContaining("`app` depended on it") },
    });
    expect(outcomes.get("dns")?.end).toEqual({ kind: "skipped", because: ["vpc"] });
  });

  it("holds a destroy back as well when the apply that it needs is left to a later run, which does not destroy it", async () => {
    const superseded: UnitEnd = { kind: "superseded", by: CommitSha.parse("c".repeat(40)) };
    const earlier: [string, UnitEnd][] = [["app", superseded]];
    const { outcomes } = await play([unit("vpc", "app")], {}, { earlier, applies: ["app"] });
    expect(outcomes.get("vpc")?.end).toMatchObject({
      kind: "withheld",
      stop: { guard: "needed-apply", message: expect.stringContaining("is left to a later run") },
    });
  });

  it("sends a destroy that waits for several applies to the one that can be run again", async () => {
    const superseded: UnitEnd = { kind: "superseded", by: CommitSha.parse("c".repeat(40)) };
    const earlier: [string, UnitEnd][] = [
      ["app", superseded],
      ["web", failed],
    ];
    const { outcomes } = await play([unit("vpc", "app", "web")], {}, { earlier, applies: ["app", "web"] });
    expect(outcomes.get("vpc")?.end).toMatchObject({
      stop: {
        message: expect.stringContaining("did not end well"),
        next: expect.stringContaining("re-run the failed"),
      },
    });
  });

  it("starts what comes after a unit in which nothing had to change", async () => {
    expect((await play([unit("app", "vpc"), unit("vpc")], { vpc: { kind: "unchanged" } })).events).toEqual([
      "start vpc",
      "unchanged vpc",
      "start app",
      "changed app",
    ]);
  });

  it("skips what comes after a unit of an earlier job that nobody tells of", async () => {
    expect((await play([unit("app", "elsewhere")])).events).toEqual(["skipped app"]);
  });

  it("starts nothing new once a stop was asked for", async () => {
    const { events, outcomes } = await play([unit("a"), unit("b"), unit("c", "b")], {}, { limit: 1, stopAfter: 1 });
    expect(events).toEqual(["start a", "changed a", "interrupted b", "skipped c"]);
    expect(outcomes.get("b")?.end).toMatchObject({ at: "init", message: expect.stringContaining("before this unit") });
  });

  it("ends every unit once, in order, never more at once than allowed", async () => {
    const graphs = fc
      .array(fc.tuple(fc.array(fc.nat(19), { maxLength: 3 }), fc.boolean()), { minLength: 1, maxLength: 20 })
      .map((rows) =>
        rows.map(([after, well], node) => ({
          unit: unit(`u${node}`, ...after.filter((to) => to < node).map((to) => `u${to}`)),
          well,
        })),
      );
    await fc.assert(
      fc.asyncProperty(graphs, fc.integer({ min: 1, max: 5 }), async (rows, limit) => {
        const ends = Object.fromEntries(rows.map(({ unit: { path: name }, well }) => [name, well ? changed : failed]));
        const units = rows.map((row) => row.unit);
        const { events, outcomes, most } = await play(units, ends, { limit });
        expect([...outcomes.keys()].toSorted()).toEqual(units.map((row) => row.path as string).toSorted());
        expect(most).toBeLessThanOrEqual(limit);
        for (const { path: name, after } of units) {
          const started = events.indexOf(`start ${name}`);
          const allWell = after.every((before) => outcomes.get(before)?.end.kind === "changed");
          expect(started >= 0).toBe(allWell);
          for (const before of after)
            if (started >= 0) expect(events.indexOf(`changed ${before}`)).toBeLessThan(started);
        }
      }),
    );
  });
});
