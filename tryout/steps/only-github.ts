import { FROM, GATE_SECRET, unit, unitSurroundings } from "../live.ts";
import { artifacts, check, common, merge, propose } from "../look.ts";
import type { Step } from "../stage.ts";

/** What only GitHub itself can play: approvals, environments' secrets, cancels, logs, and what a token may do. */
export const gitHubSteps: readonly Step[] = [
  {
    id: "environment",
    does: "applies a unit behind a GitHub environment with an approval, which it gives, and a secret of its own",
    minutes: 5,
    where: "GitHub",
    async run(stage) {
      const came = `startswith(get_env("${GATE_SECRET}", ""), "${FROM.environment}") ? "secret-of-the-environment" : startswith(get_env("${GATE_SECRET}", ""), "${FROM.repository}") ? "secret-of-the-repository" : "no-secret"`;
      const change = await propose(stage, "gate", "A unit behind a gate", {
        "gate/one/terragrunt.hcl": unit(came),
        ...unitSurroundings("gate"),
      });
      const run = await merge(stage, change.number);
      const texts = (await artifacts(stage, run)).flatMap(({ files }) => [...files.values()]).join("\n");
      const [place] = /secret-of-the-(?:environment|repository)|no-secret/.exec(texts) ?? [];
      return {
        checks: [
          check(
            "the plan ends well without the environment",
            change.run.conclusion === "success",
            change.run.conclusion,
          ),
          check(
            "the apply waits for its approval, and ends well after it",
            run.conclusion === "success" && run.wasApproved,
            run.conclusion,
          ),
          check(
            "the unit is given the environment's value",
            place === "secret-of-the-environment",
            place ?? "nothing tells",
          ),
        ],
        facts:
          place === undefined
            ? []
            : [
                {
                  fact: "environment-secret",
                  holds: place === "secret-of-the-environment",
                  because: `the unit was given: ${place}`,
                },
              ],
      };
    },
  },
  {
    id: "cancel",
    does: "cancels an apply that is under way, and looks whether it was finished and told",
    minutes: 6,
    where: "GitHub",
    async run(stage) {
      const event = await stage.push("main", "A slow unit", {
        "many/slow/terragrunt.hcl": unit('"slow"', 60),
        ...unitSurroundings("many"),
      });
      const run = await stage.run({ kind: "push", ...event }, { cancel: true });
      const outcome = (await artifacts(stage, run)).find(({ name }) => name.startsWith("pipelines-outcome-"));
      const text = [...(outcome?.files ?? [])].find(([file]) => file.endsWith("outcome.json"))?.[1] ?? "";
      const isApplied = /"kind":\s*"changed"/.test(text);
      return {
        checks: [
          check("the run is over", run.conclusion === "cancelled" || run.conclusion === "failure", run.conclusion),
          check("the cancelled job left its outcome", outcome !== undefined),
        ],
        facts: [
          {
            fact: "survivor",
            holds: isApplied,
            because: isApplied
              ? "its unit was applied to the end"
              : "its outcome does not say that the unit was applied",
          },
        ],
      };
    },
  },
  {
    id: "unnamed-secret",
    does: "names a unit after the value of a secret that one job alone asks for, and reads the log of another",
    minutes: 3,
    where: "GitHub",
    async run(stage, { id }) {
      const value = `mark-${id}`;
      const change = await propose(stage, "unnamed-secret", "A unit named after a secret", {
        [`many/${value}/terragrunt.hcl`]: unit('"x"'),
        ...unitSurroundings("many"),
      });
      const job = change.run.jobs.find(({ name }) => name.endsWith("Determine jobs"));
      const { data } = await stage.client.rest.actions.downloadJobLogsForWorkflowRun({
        ...common(stage),
        job_id: job?.id ?? 0,
      });
      const log = String(data);
      const isPlain = log.includes(`many/${value}`);
      const isMasked = log.includes("many/***");
      return {
        checks: [check("the log names the unit", isPlain || isMasked)],
        facts:
          isPlain || isMasked
            ? [
                {
                  fact: "orchestrate-secret",
                  holds: isPlain && !isMasked,
                  because: isPlain ? "the name is in the log" : "the name is masked in the log",
                },
              ]
            : [],
      };
    },
  },
  {
    id: "other-refs",
    does: "adds a workflow that pushes a ref outside of heads and tags with its own token",
    minutes: 2,
    where: "GitHub",
    async run(stage) {
      await stage.push("main", "A workflow that writes another ref [skip ci]", {
        ".github/workflows/other-refs.yml": OTHER_REFS,
      });
      const run = await stage.run({ kind: "workflow_dispatch", inputs: {}, workflow: "other-refs.yml" });
      const found = await stage.client.rest.git.listMatchingRefs({ ...common(stage), ref: "pipelines/tryout" });
      const isThere = found.data.length === 1;
      return {
        checks: [check("the workflow ran", run.jobs.length === 1)],
        facts: [
          {
            fact: "other-refs",
            holds: isThere,
            because: isThere ? "the ref is there" : `the ref is not there; the run ended with ${run.conclusion}`,
          },
        ],
      };
    },
  },
];

const OTHER_REFS = `on: workflow_dispatch
permissions: {}
jobs:
  push:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    permissions:
      contents: write
    steps:
      - env:
          TOKEN: \${{ github.token }}
          ADDRESS: \${{ github.server_url }}/\${{ github.repository }}.git
        run: |
          git init --quiet .
          git -c user.name=t -c user.email=t@example.com commit --quiet --allow-empty --message tryout
          header="AUTHORIZATION: basic $(printf 'x-access-token:%s' "$TOKEN" | base64 | tr -d '\\n')"
          git -c "http.extraheader=$header" push --quiet "$ADDRESS" HEAD:refs/pipelines/tryout
`;
