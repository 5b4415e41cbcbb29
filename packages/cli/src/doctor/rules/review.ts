import { CONFIGURATION_FILE } from "@pipelines/core/configuration/configuration-file";
import { ownersOf } from "../code-owners.ts";
import type { Facts } from "../facts.ts";
import { type Found, good, missing, note } from "../finding.ts";
import { unseen } from "../look.ts";
import { settings } from "./places.ts";

/** Whether somebody who knows has to read a change before it is applied. */
export function reviewRules(facts: Facts): Found[] {
  const { checkout, branch } = facts;
  const guards = branch.guards.flatMap((look) => (look.kind === "seen" ? look.value : []));
  const refusal = branch.guards.find((look) => look.kind === "refused");
  const approvals = Math.max(0, ...guards.map((guard) => guard.approvals));
  const rules = settings(facts, "rules");
  const findings: Found[] = [];
  if (approvals > 0)
    findings.push(
      good("review/approvals", `${approvals} ${approvals === 1 ? "approval is" : "approvals are"} required.`),
    );
  else if (refusal !== undefined) findings.push(unseen("review/approvals", "how many approvals are required", refusal));
  else
    findings.push(
      missing(
        "review/approvals",
        "no approval is required: one person can write a change, merge it, and have it applied.",
        `${rules}: required approvals`,
      ),
    );

  const watched = [
    CONFIGURATION_FILE,
    ...new Set(checkout.callers.callers.map(({ file }) => file)),
    ...(checkout.codeOwners === null ? [] : [checkout.codeOwners.file]),
  ];
  if (checkout.accounts !== null) watched.push(checkout.accounts.file);
  const text = checkout.codeOwners?.text ?? "";
  const bare = watched.filter((path) => ownersOf(text, path).length === 0);
  const lines = bare.map((path) => `/${path.replace(/\/[^/]*$/, "/")} @OWNERS`);
  if (bare.length > 0) {
    findings.push(
      missing(
        "review/code-owners",
        `nobody owns ${bare.join(", ")}: whoever can merge can loosen the rules by which things are applied.`,
        `in ${checkout.codeOwners?.file ?? ".github/CODEOWNERS"}: ${[...new Set(lines)].join("; ")}`,
      ),
    );
  } else findings.push(good("review/code-owners", `${watched.join(", ")} have code owners.`));

  const enforced = guards.find(({ requiresCodeOwners }) => requiresCodeOwners);
  if (enforced !== undefined)
    findings.push(good("review/code-owners-required", `a code owner's review is required (${enforced.source}).`));
  else if (refusal !== undefined)
    findings.push(unseen("review/code-owners-required", "whether a code owner's review is required", refusal));
  else
    findings.push(
      missing(
        "review/code-owners-required",
        "a review by code owners is not required, so CODEOWNERS holds nobody back.",
        `${rules}: require review from code owners`,
      ),
    );

  if (facts.codeOwnersErrors.kind === "seen" && facts.codeOwnersErrors.value.length > 0) {
    findings.push(
      missing(
        "review/code-owners-valid",
        `GitHub leaves lines of CODEOWNERS out: ${facts.codeOwnersErrors.value.slice(0, 5).join("; ")}.`,
        "correct them; who is named needs write access",
      ),
    );
  } else if (facts.codeOwnersErrors.kind === "refused") {
    findings.push(
      note(
        "review/code-owners-valid",
        `GitHub's own look at CODEOWNERS could not be had (${facts.codeOwnersErrors.said}).`,
      ),
    );
  }
  return findings;
}
