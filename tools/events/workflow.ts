import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

const Text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const Level = z.enum(["read", "write"]);

const Step = z.looseObject({
  id: z.string().optional(),
  name: z.string(),
  if: Text.optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), Text).default({}),
});
export type Step = z.infer<typeof Step>;

const Job = z.looseObject({
  name: z.string(),
  needs: z.union([z.string().transform((need) => [need]), z.array(z.string())]).default([]),
  if: Text.optional(),
  permissions: z.record(z.string(), Level),
  environment: z.string().default(""),
  concurrency: z.looseObject({ group: z.string() }).optional(),
  strategy: z.looseObject({ matrix: z.looseObject({ job: z.string() }) }).optional(),
  outputs: z.record(z.string(), Text).default({}),
  env: z.record(z.string(), Text).default({}),
  steps: z.array(Step),
});
export type Job = z.infer<typeof Job>;

const Called = z.looseObject({
  concurrency: z.looseObject({ group: z.string(), "cancel-in-progress": Text }),
  jobs: z.record(z.string(), Job),
});
export type Called = z.infer<typeof Called>;

const Trigger = z.looseObject({ types: z.array(z.string()).optional(), branches: z.array(z.string()).optional() });
const Caller = z.looseObject({
  on: z.record(z.string(), z.union([Trigger, z.array(z.unknown()).transform(() => Trigger.parse({}))])),
  jobs: z.strictObject({
    pipelines: z.looseObject({ if: Text.optional(), permissions: z.record(z.string(), Level) }),
  }),
});
export type Caller = z.infer<typeof Caller>;

export function readCalled(text: string): Called {
  return Called.parse(parse(text));
}

export function readCaller(text: string): Caller {
  return Caller.parse(parse(text));
}

/** The outputs that an action of ours, or the stand-in of another, has. */
export function outputsOf(uses: string, root: string): string[] {
  const own = /^\$\/(actions\/.+)$/.exec(uses)?.[1];
  const folder = own ?? `e2e/act/stand-ins/${uses.split("@", 1)[0] ?? ""}`;
  const action = z
    .looseObject({ outputs: z.record(z.string(), z.unknown()).default({}) })
    .parse(parse(readFileSync(resolve(root, folder, "action.yml"), "utf8")));
  return Object.keys(action.outputs);
}
