import { Action } from "@pipelines/core/contracts/action";
import { firstLineOf } from "../report/key.ts";
import type { Range } from "../report/proof.ts";

/**
 * What an issue is about: one unit and those that were not started because of it, many units at once, commits whose
 * changes a run could not determine or run (or one job of it), or drift. Units and jobs are named by their keys.
 */
export type IssueMarker =
  | {
      readonly about: "unit";
      readonly action: Action;
      /** The id of the newest run that it is about: ids grow. */
      readonly run: number;
      /** The unit first. */
      readonly units: readonly string[];
    }
  | { readonly about: "units"; readonly run: number; readonly units: readonly string[] }
  | { readonly about: "run"; readonly job: string | null; readonly ranges: readonly Range[] }
  | { readonly about: "drift" };

const UNIT = /^<!-- pipelines:issue v1 unit ([a-z-]+) run=(\d{1,15}) ([0-9a-f,]+) -->$/;
const UNITS = /^<!-- pipelines:issue v1 units run=(\d{1,15}) ([0-9a-f,]+) -->$/;
const RUN = /^<!-- pipelines:issue v1 run(?: job=([0-9a-f]+))? ([0-9a-f.,]+) -->$/;
const DRIFT = "<!-- pipelines:issue v1 drift -->";

/** The hidden first line of an issue of ours. */
export function issueMarker(marker: IssueMarker): string {
  switch (marker.about) {
    case "unit":
      return `<!-- pipelines:issue v1 unit ${marker.action} run=${marker.run} ${marker.units.join(",")} -->`;
    case "units":
      return `<!-- pipelines:issue v1 units run=${marker.run} ${marker.units.join(",")} -->`;
    case "run": {
      const job = marker.job === null ? "" : ` job=${marker.job}`;
      return `<!-- pipelines:issue v1 run${job} ${marker.ranges.map(({ from, to }) => `${from}..${to}`).join(",")} -->`;
    }
    case "drift":
      return DRIFT;
    default:
      return marker satisfies never;
  }
}

export function readIssueMarker(body: string): IssueMarker | null {
  const line = firstLineOf(body);
  if (line === DRIFT) return { about: "drift" };
  const [isUnit, action, ofUnit, unit] = UNIT.exec(line) ?? [];
  const known = Action.safeParse(action);
  if (isUnit !== undefined && known.success && unit !== undefined) {
    return { about: "unit", action: known.data, run: Number(ofUnit), units: unit.split(",") };
  }
  const [isUnits, ofUnits, units] = UNITS.exec(line) ?? [];
  if (isUnits !== undefined && units !== undefined) {
    return { about: "units", run: Number(ofUnits), units: units.split(",") };
  }
  const [isRun, job, ranges] = RUN.exec(line) ?? [];
  if (isRun === undefined || ranges === undefined) return null;
  return { about: "run", job: job ?? null, ranges: ranges.split(",").map(rangeOf) };
}

/** Whether two markers stand for the same issue. Of roll-ups and of drift there is one. */
export function isSameIssue(a: IssueMarker, b: IssueMarker): boolean {
  if (a.about === "unit" && b.about === "unit") return a.units[0] === b.units[0];
  if (a.about === "run" && b.about === "run") return a.job === b.job;
  return a.about === b.about;
}

function rangeOf(text: string): Range {
  const [from = "", to = ""] = text.split("..");
  return { from, to };
}
