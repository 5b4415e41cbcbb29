import { ConfigurationError } from "@pipelines/core/configuration/configuration-error";
import { readYaml } from "@pipelines/core/configuration/read";
import { z } from "zod";

/** The job of the reusable workflow that every run ends in; a required check is named after it. */
export const STATUS_JOB = "Pipelines status";

/** The most that a job of the reusable workflow asks for: the caller has to grant it. */
export const PERMISSIONS = {
  contents: "write",
  "pull-requests": "write",
  statuses: "write",
  issues: "write",
  actions: "read",
  "id-token": "write",
} as const;

/** A job that calls the reusable workflow. */
export type Caller = {
  readonly file: string;
  readonly job: string;
  /** The required check's exact name; `null` where only a run can tell (an expression or a matrix names the job). */
  readonly checkName: string | null;
  readonly tool:
    | { readonly kind: "repository"; readonly owner: string; readonly name: string; readonly ref: string }
    /** The workflow is a file of this repository. */
    | { readonly kind: "own" };
  readonly events: Readonly<Record<string, Trigger>>;
  /** What the job's token is granted; `null` where the file does not say, so that the repository's default decides. */
  readonly permissions: Readonly<Record<string, string>> | "read-all" | "write-all" | null;
  /** Which secrets are handed on. */
  readonly secrets: readonly string[] | "inherit";
  readonly inputs: Readonly<Record<string, string>>;
  /** The job does not always run. */
  readonly condition: string | null;
};

/** What narrows an event. */
export type Trigger = {
  readonly branches: readonly string[] | null;
  readonly branchesIgnore: readonly string[] | null;
  readonly hasPathFilter: boolean;
  readonly types: readonly string[] | null;
  /** The lines of `schedule`. */
  readonly crons: readonly string[];
};

export type CallerFacts = {
  readonly callers: readonly Caller[];
  /** Files that use the actions one by one, in a workflow of the repository's own making. */
  readonly custom: readonly string[];
  /** Workflow files that can't be read, and why. */
  readonly unreadable: readonly { readonly file: string; readonly message: string }[];
};

const Scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const Names = z.union([Scalar.transform((name) => [name]), z.array(Scalar)]);
const TriggerKeys = z.looseObject({
  branches: Names.optional(),
  "branches-ignore": Names.optional(),
  paths: z.unknown().optional(),
  "paths-ignore": z.unknown().optional(),
  types: Names.optional(),
});
const Crons = z.array(z.looseObject({ cron: z.string() }));
const Permissions = z.union([z.literal(["read-all", "write-all"]), z.record(z.string(), Scalar), z.null()]).optional();
const Step = z.looseObject({ uses: z.string().optional() });
const JobKeys = z.looseObject({
  name: Scalar.optional(),
  uses: z.string().optional(),
  if: Scalar.optional(),
  strategy: z.unknown().optional(),
  permissions: Permissions,
  secrets: z.union([z.literal("inherit"), z.record(z.string(), z.unknown()), z.null()]).optional(),
  with: z.union([z.record(z.string(), z.unknown()), z.null()]).optional(),
  steps: z.array(z.union([Step, z.null()])).optional(),
});
const Workflow = z.looseObject({
  on: z.unknown(),
  permissions: Permissions,
  jobs: z.record(z.string(), JobKeys).optional(),
});

// The file keeps its name when the repository is forked or renamed.
const REMOTE = /^([^/\s]+)\/([^/\s]+)\/\.github\/workflows\/pipelines\.ya?ml@(\S+)$/;
const OWN = /^\.\/\.github\/workflows\/pipelines\.ya?ml$/;
const ACTION = /^[^\s@]+\/actions\/(?:orchestrator|dispatcher|executor)@\S+$/;

/**
 * Finds who calls the reusable workflow, whatever the calling file is called.
 *
 * @param files the workflow files of a repository, path and text
 */
export function findCallers(files: readonly { readonly file: string; readonly text: string }[]): CallerFacts {
  const callers: Caller[] = [];
  const custom: string[] = [];
  const unreadable: { file: string; message: string }[] = [];
  for (const { file, text } of files) {
    try {
      const workflow = readYaml(text, file, Workflow);
      const jobs = Object.entries(workflow?.jobs ?? {});
      if (workflow !== null) callers.push(...jobs.flatMap(([key, job]) => callerOf(file, workflow, key, job) ?? []));
      if (jobs.some(([, { steps }]) => steps?.some((step) => ACTION.test(step?.uses ?? "")))) custom.push(file);
    } catch (error) {
      // Only those that name us matter; another workflow may use what this reader does not know.
      if (!(error instanceof ConfigurationError)) throw error;
      if (/\/pipelines\.ya?ml\b/.test(text)) unreadable.push({ file, message: error.message });
    }
  }
  return { callers, custom, unreadable };
}

function callerOf(
  file: string,
  workflow: z.infer<typeof Workflow>,
  key: string,
  job: z.infer<typeof JobKeys>,
): Caller | null {
  const tool = toolOf(job.uses ?? "");
  if (tool === null) return null;
  const name = job.name ?? key;
  const isFixed = !name.includes("${{") && job.strategy === undefined;
  const secrets = job.secrets ?? {};
  return {
    file,
    job: key,
    checkName: isFixed ? `${name} / ${STATUS_JOB}` : null,
    tool,
    events: eventsOf(workflow.on),
    permissions: job.permissions ?? workflow.permissions ?? null,
    secrets: secrets === "inherit" ? "inherit" : Object.keys(secrets),
    inputs: Object.fromEntries(Object.entries(job.with ?? {}).map(([input, value]) => [input, String(value)])),
    condition: job.if ?? null,
  };
}

function toolOf(uses: string): Caller["tool"] | null {
  if (OWN.test(uses)) return { kind: "own" };
  const [, owner, name, ref] = REMOTE.exec(uses) ?? [];
  if (owner === undefined || name === undefined || ref === undefined) return null;
  return { kind: "repository", owner, name, ref };
}

/** `on` in its three forms: one name, a list of names, names with filters. */
function eventsOf(on: unknown): Record<string, Trigger> {
  const bare: Trigger = { branches: null, branchesIgnore: null, hasPathFilter: false, types: null, crons: [] };
  const names = Names.safeParse(on);
  if (names.success) return Object.fromEntries(names.data.map((name) => [name, bare]));
  const record = z.record(z.string(), z.unknown()).safeParse(on);
  if (!record.success) return {};
  return Object.fromEntries(
    Object.entries(record.data).map(([name, value]) => {
      const crons = Crons.safeParse(value);
      if (crons.success) return [name, { ...bare, crons: crons.data.map(({ cron }) => cron) }];
      const keys = TriggerKeys.safeParse(value ?? {});
      if (!keys.success) return [name, bare];
      const { branches, types, paths } = keys.data;
      return [
        name,
        {
          branches: branches ?? null,
          branchesIgnore: keys.data["branches-ignore"] ?? null,
          hasPathFilter: paths !== undefined || keys.data["paths-ignore"] !== undefined,
          types: types ?? null,
          crons: [],
        },
      ];
    }),
  );
}
