import { createHash } from "node:crypto";
import { CommitSha } from "@pipelines/core/contracts/comparison";
import type { Reach } from "../report/reach.ts";

/**
 * The hidden last line of a plan's comment: which units the plan changes and reads, and the commit of the deploy branch
 * that it was made against. Other runs compare it with units that they know, so hashes do: whatever somebody writes into a
 * comment, no text of it is ever shown, and a path can't break out of the line.
 */
export type PlanUnits = {
  readonly base: CommitSha | null;
  readonly changed: ReadonlySet<string>;
  readonly read: ReadonlySet<string>;
  /** Whether all of them are there. */
  readonly whole: boolean;
};

/** 48 bits, as eight characters of Base64: eleven thousand units meet by chance once in five million repositories. */
export function unitKey(path: string): string {
  return createHash("sha256").update(path).digest("base64").slice(0, LENGTH);
}

const LENGTH = 8;
/** A third of what a comment may hold. What a plan reads goes before what it changes. */
const MOST_KEYS = 2500;
const LINE =
  /^<!-- pipelines:units v1 base=([0-9a-f]{40}|[0-9a-f]{64}|none) whole=(yes|no) changed=([A-Za-z0-9+/]*) read=([A-Za-z0-9+/]*) -->$/;

export function planUnitsLine({ changed, read }: Reach, base: CommitSha | null): string {
  const [own, others] = [changed.slice(0, MOST_KEYS), read.slice(0, Math.max(0, MOST_KEYS - changed.length))];
  const whole = own.length === changed.length && others.length === read.length;
  const keys = (paths: readonly string[]): string => paths.map(unitKey).join("");
  return `<!-- pipelines:units v1 base=${base ?? "none"} whole=${whole ? "yes" : "no"} changed=${keys(own)} read=${keys(others)} -->`;
}

/** Reads the last line only. `null`: a comment of an older release, or one that a person changed there. */
export function readPlanUnits(body: string): PlanUnits | null {
  const last = body.trimEnd().split("\n").at(-1) ?? "";
  const [, base, whole, changed, read] = LINE.exec(last) ?? [];
  if (base === undefined || changed === undefined || read === undefined) return null;
  if (changed.length % LENGTH !== 0 || read.length % LENGTH !== 0) return null;
  return {
    base: base === "none" ? null : CommitSha.parse(base),
    ...{ changed: keysIn(changed), read: keysIn(read), whole: whole === "yes" },
  };
}

function keysIn(text: string): Set<string> {
  const all = Array.from({ length: text.length / LENGTH }, (_, at) => text.slice(at * LENGTH, (at + 1) * LENGTH));
  return new Set(all.slice(0, MOST_KEYS));
}
