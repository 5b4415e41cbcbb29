import type { Configurations } from "@pipelines/core/configuration/configurations";
import { environmentLookup } from "@pipelines/core/configuration/environments";
import { restrictionOn } from "@pipelines/core/configuration/policy";
import type { AffectedUnit, Reason, Withheld } from "@pipelines/core/contracts/affected-unit";
import type { CommitSha, Comparison } from "@pipelines/core/contracts/comparison";
import type { Due, LedgerAction } from "@pipelines/core/contracts/ledger";
import type { LedgerLook } from "@pipelines/core/contracts/ledger-look";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { Contains } from "@pipelines/core/git/ancestry";
import { appliedAhead, dueFor } from "@pipelines/core/ledger/due";
import { byHand } from "@pipelines/core/wording/by-hand";
import { ledgerOf } from "../compare/look.ts";
import type { Settings } from "../settings.ts";

/** A unit that has to run although this comparison does not show it. `due` is missing where nothing is owed yet. */
export type OwedUnit = {
  readonly path: UnitPath;
  readonly action: LedgerAction;
  readonly commit: CommitSha;
  readonly due?: Due;
};

/** What a run takes along of what is due, and what it leaves, in a sentence. */
export type Owed = {
  readonly units: readonly OwedUnit[];
  /** The removed units among them, as they run. */
  readonly destroys: readonly AffectedUnit[];
  readonly notices: readonly string[];
};

export type OwedQuestion = {
  readonly look: LedgerLook;
  readonly comparison: Comparison;
  readonly contains: Contains;
  readonly existsAtHead: (unit: UnitPath) => boolean;
  readonly of: OwedRequest;
};

/** What takes units along: a push, a person who names them, or a line of the schedule. */
export type OwedRequest =
  | { readonly kind: "push" }
  | { readonly kind: "clock" }
  | { readonly kind: "person"; readonly asked: (unit: UnitPath) => boolean };

/** What is due and free to be taken by this run. */
export function owedUnits({
  look,
  comparison,
  contains,
  existsAtHead,
  of,
}: OwedQuestion): Pick<Owed, "units" | "notices"> {
  const { head } = comparison;
  const asked = of.kind === "person" ? of.asked : null;
  const ended = new Set(look.ended);
  const ledger = ledgerOf(look);
  const question = { run: look.run, head, tip: look.tip, contains, existsAtHead };
  const { take, leave } = dueFor(ledger, {
    ...question,
    isEnded: ({ id }) => ended.has(id),
    ...(asked === null ? {} : { asked }),
  });
  const due = asked === null ? take : take.filter(({ path }) => asked(path));
  const ahead = of.kind === "push" ? appliedAhead(ledger, question, comparison.base !== head) : [];
  const named = new Set(due.map(({ path }) => path));
  return {
    units: [...due, ...ahead.filter(({ path }) => !named.has(path))],
    notices: leave
      .filter(({ path }) => asked?.(path) ?? true)
      .map(({ path, because, due: { owner } }) => `\`${path}\` stays due: ${because} (run ${owner.number}).`),
  };
}

/** Why a unit that is due runs. */
export function dueReason({ path, due }: OwedUnit): Reason {
  const since = due === undefined ? "applied ahead of the branch" : `${due.why} in run ${due.owner.number}`;
  return { change: "StillDue", file: since, links: [{ relation: "due since", path }] };
}

/** What is said of a unit that is due, for its row and its claim. */
export function dueOf({ due }: OwedUnit): Pick<AffectedUnit, "due"> {
  if (due === undefined) return {};
  return { due: { owner: due.owner.id, since: due.since, why: due.why, commits: [...due.commits] } };
}

/**
 * The removed units among what is owed. Each runs at the commit that still had it, by that commit's configuration, so
 * that nothing of it has to be determined again.
 */
export async function owedDestroys(
  units: readonly OwedUnit[],
  configurations: Configurations,
  { newest }: Settings,
): Promise<{ units: AffectedUnit[]; notices: string[] }> {
  const now = environmentLookup(newest);
  const destroys: AffectedUnit[] = [];
  const notices: string[] = [];
  for (const unit of units.filter(({ action }) => action === "destroy")) {
    const { path, commit, due } = unit;
    const placed = environmentLookup(await configurations.at(commit))(path);
    if (placed.kind !== "one") {
      notices.push(`\`${path}\` stays due: at ${commit} it is in no environment of its own, so nobody can destroy it.`);
      continue;
    }
    const current = now(path);
    const restriction = restrictionOn(
      placed.environment,
      current.kind === "one" ? current.environment : null,
      path,
      "destroy",
    );
    const withheld = restriction ?? (due?.why === "held-move" ? heldMove(unit) : null);
    destroys.push({
      ...{ path, status: "deleted", action: "destroy", at: commit, environment: placed.environment.name },
      because: [dueReason(unit)],
      dependsOn: [...(due?.dependsOn ?? [])],
      ...dueOf(unit),
      ...(withheld === null ? {} : { withheld: { by: withheld.by, message: withheld.message, next: withheld.next } }),
    });
  }
  return { units: destroys, notices };
}

/** A held move waits for a person, however many runs come by. */
function heldMove({ path, commit, due }: OwedUnit): Withheld {
  return {
    by: "move",
    message:
      due?.message === undefined || due.message === ""
        ? `\`${path}\` moved, so its resources may live on elsewhere.`
        : due.message,
    next: `If nothing is left of its state, run the workflow by hand with action \`dismiss\` for it. If the old state still has resources that are to go, ${byHand({ path, at: commit, action: "destroy" })}`,
  };
}
