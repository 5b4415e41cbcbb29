import { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { JobTime } from "../src/report/times.ts";
import { failed, failedPlan, type Sketch, stopped, type UnitSketch, withheldBy } from "./build.ts";

const updated = `OpenTofu will perform the following actions:

  # aws_instance.server will be updated in-place
  ~ resource "aws_instance" "server" {
        id            = "i-0b22a22eec53b9321"
      ~ instance_type = "t3.small" -> "t3.large"
        tags          = {
            "team" = "payments"
        }
        # (31 unchanged attributes hidden)
    }

Plan: 0 to add, 1 to change, 0 to destroy.
`;
const created = `OpenTofu will perform the following actions:

  # aws_sqs_queue.orders will be created
  + resource "aws_sqs_queue" "orders" {
      + arn                        = (known after apply)
      + delay_seconds              = 0
      + message_retention_seconds  = 345600
      + name                       = "orders"
    }

Plan: 1 to add, 0 to change, 0 to destroy.
`;
const destroyed = `OpenTofu will perform the following actions:

  # aws_s3_bucket.reports will be destroyed
  # (because aws_s3_bucket.reports is not in configuration)
  - resource "aws_s3_bucket" "reports" {
      - bucket = "acme-prod-reports" -> null
      - id     = "acme-prod-reports" -> null
    }

Plan: 0 to add, 0 to change, 1 to destroy.
`;
const replaced = `OpenTofu will perform the following actions:

  # aws_db_instance.orders must be replaced
-/+ resource "aws_db_instance" "orders" {
      ~ arn            = "arn:aws:rds:eu-west-1:123456789012:db:orders" -> (known after apply)
      ~ engine_version = "15.4" -> "16.4" # forces replacement
    }

Plan: 1 to add, 0 to change, 1 to destroy.
`;

const network = "prod/eu-west-1/network";
const app = "prod/eu-west-1/app";
const queue = "prod/eu-west-1/queue";
const database = "prod/eu-west-1/database";

const removedReports = { path: "prod/eu-west-1/reports", removed: true };
const pausedApp = { path: "stage/eu-west-1/app", environment: "stage" };

/** A job's times in seconds: how long it waited, when it began, and when it ended. */
function timeOf(name: string, waited: number, began: number, ended: number): JobTime {
  const zero = Date.UTC(2026, 10, 23, 6, 0, 0);
  const at = (seconds: number): number => zero + seconds * 1000;
  const times = { queued: at(began - waited), began: at(began), ended: at(ended) };
  return { name, ...times, result: "success", runner: "ubuntu-latest", hosted: true };
}

const twoHundred = Array.from({ length: 200 }, (_, index): UnitSketch => {
  const path = `prod/${["eu-west-1", "us-east-1"][index % 2]}/service-${String(index).padStart(3, "0")}`;
  const because = "_envcommon/service.hcl";
  if (index === 41) return { path, because, replaces: ["aws_db_instance.orders"], text: replaced };
  if (index % 4 === 3) return { path, because, end: { kind: "unchanged" } };
  return { path, because, changes: 1, text: updated };
});

/** The comments that people see, each for what it shows: agreed on as text, looked at as pictures. */
export const examples: Readonly<Record<string, Sketch>> = {
  "small-mixed": {
    seconds: 48,
    units: [
      { path: app, changes: 1, text: updated, dependsOn: [network, queue], because: "_envcommon/app.hcl" },
      { path: network, end: { kind: "unchanged" } },
      { path: queue, creates: 1, text: created, dependsOn: [network] },
      {
        path: "dev/eu-west-1/app",
        environment: "dev",
        changes: 1,
        text: updated,
        because: "_envcommon/app.hcl",
      },
    ],
    unmatched: ["docs/diagram.png"],
    hooks: [
      {
        name: "Cost",
        result: "warn",
        summary:
          "Monthly cost goes **up by $96**.\n\n| unit | now | then |\n|---|--:|--:|\n| app | $48 | $144 |\n| queue | $0 | $0 |",
      },
      { name: "Policies", result: "pass", summary: "14 rules, all kept" },
    ],
  },
  stale: {
    seconds: 31,
    units: [
      { path: app, changes: 1, text: updated, dependsOn: [network] },
      { path: queue, creates: 1, text: created },
    ],
    stale: [
      { commit: "4f1d2c9".padEnd(40, "0"), pullRequest: 41, changed: [app] },
      { commit: "9b0a7e3".padEnd(40, "0"), pullRequest: 38, read: [network] },
    ],
  },
  overlap: {
    seconds: 31,
    units: [
      { path: app, changes: 1, text: updated },
      { path: queue, creates: 1, text: created },
    ],
    overlaps: [
      { pullRequest: 38, units: [app] },
      { pullRequest: 41, units: [app, queue] },
    ],
  },
  "destroy-and-replace": {
    seconds: 71,
    units: [
      { path: app, changes: 1, text: updated, dependsOn: [database] },
      { path: database, replaces: ["aws_db_instance.orders"], creates: 1, text: replaced },
      { path: "prod/eu-west-1/reports", destroys: ["aws_s3_bucket.reports"], text: destroyed },
    ],
  },
  "not-done-by-merging": {
    seconds: 52,
    units: [
      { path: app, changes: 1, text: updated },
      {
        ...removedReports,
        destroys: ["aws_s3_bucket.reports"],
        text: destroyed,
        willBeWithheld: withheldBy({ destroy: "deny" }, removedReports),
      },
      { ...pausedApp, changes: 1, text: updated, willBeWithheld: withheldBy({ apply: "paused" }, pausedApp) },
    ],
  },
  "failure-in-one-of-five": {
    seconds: 39,
    units: [
      { path: app, changes: 1, text: updated, dependsOn: [network, database] },
      {
        path: database,
        dependsOn: [network],
        end: failedPlan(
          'Error: Reference to undeclared input variable\n\n  on main.tf line 12, in resource "aws_db_instance" "orders":\n  12:   allocated_storage = var.storage_gb\n\nAn input variable with the name "storage_gb" has not been declared.',
        ),
      },
      { path: network, end: { kind: "unchanged" } },
      { path: "prod/eu-west-1/dns", end: { kind: "unchanged" } },
      { path: queue, creates: 1, text: created, dependsOn: [network] },
    ],
  },
  "two-hundred-units": { seconds: 412, units: twoHundred },
  "nothing-to-do": { units: [], notices: ["Nothing to do: no unit is affected."], unmatched: ["docs/diagram.png"] },
  "broken-hcl": {
    seconds: 22,
    units: [{ path: app, changes: 1, text: updated }],
    problems: [
      {
        file: "prod/eu-west-1/queue/terragrunt.hcl",
        line: 4,
        message: "Unclosed configuration block: there is no closing brace for this block before the end of the file.",
      },
    ],
  },
  fork: {
    units: [],
    problems: [
      {
        file: null,
        line: null,
        message:
          "This pull request gets no credentials (it comes from a fork or from Dependabot), so nothing is planned. A maintainer can push its commits to a branch of this repository.",
      },
    ],
  },
  "apply-stopped-by-the-guard": {
    mode: "apply",
    seconds: 64,
    units: [
      { path: app, changes: 1, text: updated },
      {
        path: database,
        replaces: ["aws_db_instance.orders"],
        text: replaced,
        end: stopped({
          unseen: [{ address: "aws_db_instance.orders", action: "replace" }],
          message:
            "It would replace aws_db_instance.orders, which nobody reviewed. The plan reviewed at 4be2a11 showed: update aws_db_instance.orders.",
          next: `Run the workflow by hand with action \`plan\`, unit \`${database}\` and commit \`${"a".repeat(40)}\`, and read that plan. If it is right, run it with action \`apply\`, the same unit and commit, and \`approved_run\` set to the id of the plan's run. If it is not, nothing has been changed: correct the code, or the world.`,
        }),
      },
      {
        path: "prod/eu-west-1/api",
        end: { kind: "skipped", because: [UnitPath.parse(database)] },
        dependsOn: [database],
      },
    ],
  },
  "three-environments": {
    seconds: 71,
    promotions: [[["dev"], ["stage"], ["prod"]]],
    units: ["dev", "stage", "prod"].flatMap((environment): UnitSketch[] => [
      { path: `${environment}/eu-west-1/network`, environment, end: { kind: "unchanged" } },
      {
        path: `${environment}/eu-west-1/app`,
        ...{ environment, changes: 1, text: updated, because: "_envcommon/app.hcl" },
        dependsOn: [`${environment}/eu-west-1/network`],
      },
    ]),
  },
  "stage-failed-before-prod": {
    mode: "apply",
    seconds: 312,
    promotions: [[["dev"], ["stage"], ["prod"]]],
    units: [
      { path: "dev/eu-west-1/app", environment: "dev", changes: 1, text: updated, because: "_envcommon/app.hcl" },
      {
        path: "stage/eu-west-1/app",
        ...{ environment: "stage", changes: 1, because: "_envcommon/app.hcl" },
        end: failed("Error: waiting for EC2 Instance (i-0b22a22eec53b9321) update: timeout"),
      },
      {
        path: app,
        because: "_envcommon/app.hcl",
        end: { kind: "skipped", because: [UnitPath.parse("stage/eu-west-1/app")], waitsFor: ["stage"] },
      },
    ],
    times: [
      timeOf("Determine jobs", 4, 0, 38),
      timeOf("Claim", 3, 41, 55),
      timeOf("Apply · dev · EnvCommonChanged dev/eu-west-1/app", 5, 60, 148),
      timeOf("Report stage 1", 3, 152, 171),
      { ...timeOf("Apply · stage · EnvCommonChanged stage/eu-west-1/app", 640, 795, 1002), result: "failure" },
      timeOf("Report stage 2", 4, 1007, 1025),
      timeOf("Record", 3, 1006, 1023),
    ],
  },
  "apply-that-waits": {
    mode: "apply",
    seconds: 44,
    units: [
      { path: network, creates: 1, text: created },
      { path: queue, end: { kind: "unchanged" }, dependsOn: [network] },
      { path: app, end: { kind: "waiting", for: [UnitPath.parse(database)] }, dependsOn: [network, database] },
    ],
  },
  "apply-failed-with-a-lock": {
    mode: "apply",
    seconds: 640,
    units: [
      { path: app, changes: 1, text: updated },
      {
        path: queue,
        creates: 1,
        end: {
          kind: "failed",
          at: "plan",
          cause: {
            kind: "locked",
            message:
              "Error: Error acquiring the state lock\n\nError message: operation error S3: PutObject, PreconditionFailed",
            lock: {
              id: "9f1d0c1e-6a52-4f0e-9a0b-2f5c7f7e7a11",
              who: "runner@fv-az1108-42",
              operation: "OperationTypeApply",
              created: "2026-11-23 05:48:11 UTC",
              path: "acme-prod-state/prod/eu-west-1/queue/terraform.tfstate",
            },
          },
        },
      },
    ],
  },
  "lock-given-back": { mode: "manual", action: "unlock", pullRequest: null, seconds: 25, units: [{ path: queue }] },
  "lock-not-given-back": {
    ...{ mode: "manual", action: "unlock", pullRequest: null, seconds: 25 },
    units: [
      {
        path: queue,
        end: {
          kind: "failed",
          at: "unlock",
          cause: {
            kind: "tool",
            exitCode: 1,
            message:
              'Error: Failed to unlock state: lock ID "9f1d0c1e" does not match existing lock ID "4d1a8e02-5b7c-9a55-20d5-8c1b6f1e0a77"',
          },
        },
      },
    ],
  },
  "apply-failed-halfway": {
    mode: "apply",
    seconds: 131,
    units: [
      { path: app, changes: 1, differs: true, text: updated },
      {
        path: "prod/eu-west-1/reports",
        destroys: ["aws_s3_bucket.reports"],
        end: failed(
          "Error: deleting S3 Bucket (acme-prod-reports): BucketNotEmpty: The bucket you tried to delete is not empty",
        ),
      },
    ],
    withheld: [
      {
        path: "prod/eu-west-1/old-queue",
        message: "`prod/eu-west-1/old-queue` moved to `prod/eu-west-1/queue`, so its resources may live on there.",
        next: "If `prod/eu-west-1/queue` has its state, by the same key or since you moved it, nothing is left to destroy.",
      },
    ],
  },
  "role-that-cannot-be-assumed": {
    mode: "apply",
    seconds: 12,
    units: [
      {
        path: "prod/eu-west-1/queue",
        end: {
          kind: "failed",
          at: "init",
          cause: {
            kind: "credentials",
            role: "arn:aws:iam::123456789012:role/pipelines-apply",
            message:
              "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity (subject repo:acme/infrastructure-live:environment:production)",
          },
        },
      },
    ],
  },
  "plan-asked-for-by-hand": {
    mode: "manual",
    action: "plan",
    pullRequest: null,
    seconds: 31,
    units: [{ path: database, replaces: ["aws_db_instance.orders"], text: replaced }],
  },
  drift: {
    mode: "drift",
    pullRequest: null,
    seconds: 244,
    units: [
      { path: app, changes: 1, text: updated },
      { path: network, end: { kind: "unchanged" } },
      { path: queue, end: { kind: "unchanged" } },
    ],
  },
};
