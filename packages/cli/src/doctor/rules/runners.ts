import { environmentsOf } from "@pipelines/core/configuration/environments";
import type { Facts } from "../facts.ts";
import { dangerous, type Found, good, missing, note } from "../finding.ts";
import { unseen } from "../look.ts";
import { shellWord } from "../quote.ts";
import { settings } from "./places.ts";

const DEFAULT = "ubuntu-latest";

/** Labels of runners that GitHub itself brings. */
const HOSTED = /^(?:ubuntu|windows|macos)-[a-z0-9.]+(?:-[a-z0-9]+)*$/;

/** Who asks for which runner: the configuration's environments, and the caller for the jobs around them. */
function wantedLabels({ checkout }: Facts): Map<string, string[]> {
  const pairs = [
    ...environmentRunners(checkout).flatMap(({ name, plan, apply }) => [
      [plan, plan === apply ? name : `${name}, plans`] as const,
      ...(plan === apply ? [] : [[apply, `${name}, applies`] as const]),
    ]),
    ...checkout.callers.callers.map(({ inputs, file }) => [inputs["runner"] ?? DEFAULT, file] as const),
  ];
  const labels = Map.groupBy(pairs, ([label]) => label);
  return new Map([...labels].map(([label, of]) => [label, of.map(([, who]) => who)]));
}

function environmentRunners({ configuration }: Facts["checkout"]): { name: string; plan: string; apply: string }[] {
  if (configuration.kind !== "read") return [];
  return environmentsOf(configuration.value).map(({ name, runner = DEFAULT }) =>
    typeof runner === "string" ? { name, plan: runner, apply: runner } : { name, ...runner },
  );
}

/** Whether every label that is asked for has a runner, and what self-hosted ones risk. */
export function runnerRules(facts: Facts): Found[] {
  const findings: Found[] = [];
  const own = [...wantedLabels(facts)].filter(([label]) => !HOSTED.test(label));
  if (own.length === 0) return [good("runners/hosted", "jobs run on GitHub's own machines, one for each job.")];
  const known = facts.runners.flatMap((look) => (look.kind === "seen" ? look.value : []));
  const refusal = facts.runners.find((look) => look.kind === "refused");
  for (const [label, who] of own) {
    const id = `runners/label/${label}`;
    const asked = `${who.join(", ")}`;
    if (label.includes("${{")) {
      findings.push(note(id, `the runner of ${asked} is an expression: which one, only a run can tell.`));
      continue;
    }
    const matching = known.filter(({ labels }) =>
      labels.some((candidate) => candidate.toLowerCase() === label.toLowerCase()),
    );
    const online = matching.filter(({ isOnline }) => isOnline);
    if (online.length > 0) findings.push(good(id, `\`${label}\` (${asked}): ${online.length} online.`));
    else if (matching.length > 0)
      findings.push(
        missing(
          id,
          `\`${label}\` (${asked}): ${matching.length} known, none online. Jobs wait up to a day, then fail.`,
          settings(facts, "actions/runners"),
        ),
      );
    else if (refusal?.kind === "refused")
      findings.push(unseen(id, `runners with the label \`${label}\` (${asked})`, refusal));
    else
      findings.push(
        missing(
          id,
          `no runner has the label \`${label}\` (${asked}): jobs wait up to a day, then fail. Scale sets register one only while it works.`,
          `${settings(facts, "actions/runners")}: add one; with a scale set: --accept ${shellWord(id)}`,
        ),
      );
    if (matching.some(({ isEphemeral }) => isEphemeral === false)) {
      findings.push(
        dangerous(
          `runners/ephemeral/${label}`,
          `\`${label}\`: a runner that lives longer than one job. What a plan of a pull request leaves on it, the next apply finds.`,
          "register it with --ephemeral",
        ),
      );
    }
  }
  const shared = environmentRunners(facts.checkout).filter(({ plan, apply }) => plan === apply && !HOSTED.test(plan));
  const sharing =
    shared.length === 0
      ? ""
      : ` Plans and applies of ${shared.map(({ name }) => name).join(", ")} ask for the same label (\`runner: { plan: …, apply: … }\`).`;
  findings.push(
    facts.repository.isPublic
      ? dangerous(
          "runners/public",
          "the repository is public and its jobs run on self-hosted runners: every pull request runs code on them.",
          "make it private, or use GitHub's runners",
        )
      : note(
          "runners/groups",
          `self-hosted runners: GitHub does not say whether applies and plans share machines. Keep them apart by runner groups that this repository alone may use.${sharing}`,
          settings(facts, "actions/runners"),
        ),
  );
  return findings;
}
