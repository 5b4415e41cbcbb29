import { createHash } from "node:crypto";
import { type Action, traitsOf } from "@pipelines/core/contracts/action";
import type { AffectedUnit } from "@pipelines/core/contracts/affected-unit";
import { type Job, JobId } from "@pipelines/core/contracts/job";

const SEPARATOR = " · ";

/** What a job does, for people: `Apply · prod · ModuleChanged prod/us-east-1/vpc`. */
export function jobName(action: Action, environment: string, units: readonly AffectedUnit[]): string {
  return [traitsOf(action).verb, environment, subjectOf(units)].filter((part) => part !== "").join(SEPARATOR);
}

/** A job's name without its first word: `prod · ModuleChanged prod/us-east-1/vpc`. */
export function jobTitle({ name }: Pick<Job, "name">): string {
  return name.slice(name.indexOf(SEPARATOR) + SEPARATOR.length);
}

function subjectOf(units: readonly AffectedUnit[]): string {
  const [only, ...others] = units;
  if (only === undefined) return "";
  const first = only.because[0];
  if (others.length === 0) return `${first?.change ?? ""} ${only.path}`.trim();
  const count = `(${units.length} units)`;
  const shared = only.because.find(
    (reason) =>
      !reason.change.startsWith("Module") &&
      units.every(({ because }) =>
        because.some(({ file, change }) => file === reason.file && change === reason.change),
      ),
  );
  if (shared !== undefined) return `${shared.change} ${shared.file} ${count}`;
  const types = [...new Set(units.flatMap(({ because }) => because.map(({ change }) => change)))].toSorted();
  return types.length <= 2 ? `${types.join(", ")} ${count}` : `${types.length} kinds of change ${count}`;
}

/** A name for files and artifacts: readable first, then a hash of the content, so that equal jobs have equal ids. */
export function jobId(content: Omit<Job, "id" | "name">): JobId {
  const hash = createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 12);
  const words = [content.action, content.environment, content.units[0]?.path ?? ""];
  const slug = words
    .join("-")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 50)
    .replace(/^-+|-+$/g, "");
  return JobId.parse(`${slug}-${hash}`);
}
