import { type Action, traitsOf } from "@pipelines/core/contracts/action";
import type { FailureCause, LockInfo, UnitEnd, WorkedAt } from "@pipelines/core/contracts/outcome";

/**
 * What a unit's end means and what to do next: plain text, with code between backticks, that still has to be escaped.
 * `happened` goes on a sentence that begins with the unit's name.
 */
export type Advice = { readonly happened: string; readonly detail: string | null; readonly next: string };

/** How a person has the same done again, where they read of it. */
const AGAIN = { github: "re-run the failed jobs", terminal: "run this again" } as const;

/**
 * Explains how a unit ended, and what to do about it; `null` where there is nothing to explain.
 *
 * @param place where it is read: no terminal has jobs
 */
export function adviceOn(
  { end, action }: { readonly end: UnitEnd; readonly action: Action },
  place: keyof typeof AGAIN = "github",
): Advice | null {
  const again = AGAIN[place];
  switch (end.kind) {
    case "changed":
    case "unchanged":
      return null;
    case "superseded":
      return {
        happened: `was left to the later run of \`${end.by.slice(0, 7)}\``,
        detail: null,
        next: "Nothing to do here: see the later run.",
      };
    case "ignored":
      return {
        happened: "could not be planned, with an error that its `errors` block ignores",
        detail: end.message,
        next: `Nothing to do: its configuration asks for that. It is not ${traitsOf(action).done} while the error lasts.`,
      };
    case "waiting":
      if (traitsOf(action).writes) {
        return {
          happened: `could not be planned, so it was not ${traitsOf(action).done}: it needs outputs of ${named(end.for)} that do not exist yet`,
          detail: null,
          next: `Apply ${named(end.for)} first, then ${again}.`,
        };
      }
      return {
        happened: `can't be planned yet: it needs outputs of ${named(end.for)}, which this change creates`,
        detail: null,
        next: "Nothing to do: it is planned and applied after them once this is merged.",
      };
    case "skipped":
      if (end.waitsFor !== undefined) {
        return {
          happened: `was not started: it waits for ${named(end.waitsFor)}, and of the same change ${named(end.because)} did not end well`,
          detail: null,
          next: `See to ${named(end.because)}: the run that has them done takes this along. To go ahead without, run the workflow by hand for this unit by its name.`,
        };
      }
      return {
        happened: `was not started, because ${named(end.because)} did not end well`,
        detail: null,
        next: `Fix ${named(end.because)}. Then ${again}, or run the workflow by hand for this unit.`,
      };
    case "withheld":
      return { happened: `was withheld: ${end.stop.message}`, detail: null, next: end.stop.next };
    case "failed":
      return {
        happened: `failed at ${end.at}: ${titleOf(end.cause)}`,
        detail: end.cause.message,
        next: nextOf(end.cause, end.at, again),
      };
    case "interrupted":
      return {
        happened: `was interrupted during ${end.at}`,
        detail: end.message,
        next: interruptedNext(end.lock, end.erroredState, again),
      };
    case "unknown":
      return {
        happened: `ended in a way that is not known: ${end.why}`,
        detail: null,
        next: traitsOf(action).writes
          ? `Read the job's log. If the unit had begun there, run a plan to see what is left. Then ${again}.`
          : `Fix what the job's log names, then ${again}. Nothing was changed.`,
      };
    default:
      return end satisfies never;
  }
}

const capital = (text: string): string => `${text[0]?.toUpperCase() ?? ""}${text.slice(1)}`;

function titleOf(cause: FailureCause): string {
  switch (cause.kind) {
    case "locked":
      return "the state is locked";
    case "credentials":
      return cause.role === null ? "no cloud credentials" : `no credentials for the role \`${cause.role}\``;
    case "backend":
      return "the state backend can't be used";
    case "stale-plan":
      return "the state changed after the plan was made";
    case "timeout":
      return `it took longer than ${cause.minutes} minutes`;
    case "tool-missing":
      return `${cause.tool} is not on the runner`;
    case "disk-full":
      return "the runner's disk is full";
    case "crash":
      return "the tool crashed";
    case "configuration":
      return "its configuration is invalid";
    case "tool":
      if (isUnreadableSource(cause.message)) return "a module's repository can't be read";
      return (
        errorIn(cause.message) ??
        (cause.exitCode === null ? "the tool ended without an exit code" : `exit code ${cause.exitCode}`)
      );
    default:
      return cause satisfies never;
  }
}

const isTerragruntOrTofu = (tool: string): boolean => /(?:^|\/)(?:terragrunt|tofu|terraform)$/.test(tool);

/** What git says of a repository that it may not read, that is not there, or whose host it does not reach. */
function isUnreadableSource(message: string): boolean {
  return /Could not read from remote repository|could not read Username|Authentication failed for|Repository not found|Could not resolve host/.test(
    message,
  );
}

/** The variables that `get_env` asks for and that nothing sets, as far as an error names them. */
function unsetVariables(message: string): string[] {
  const found = message.matchAll(/Required environment variable (\w+) - not found/g);
  return [...new Set([...found].flatMap(([, name]) => name ?? []))].toSorted();
}

/** The file that `find_in_parent_folders` looked for in vain. */
function missingAbove(message: string): string | null {
  return /ParentFileNotFoundError: Could not find an? (\S+) in any of the parent folders/.exec(message)?.[1] ?? null;
}

/** A file of variables that is not there: it lies in somebody's folder, and git ignores it. */
function isMissingVariablesFile(message: string): boolean {
  if (message.includes("TFVarFileNotFound")) return true;
  const above = missingAbove(message);
  if (above !== null) return !above.endsWith(".hcl");
  return /Failed to read variables file/.test(message) && /does\s+not\s+exist/.test(message);
}

/**
 * OpenTofu's and Terraform's own first line of an error. Where a unit looks into an include that can't be evaluated,
 * Terragrunt begins with what follows from that (`Variables not allowed`), and ends with what is wrong.
 */
function errorIn(message: string): string | null {
  const above = missingAbove(message);
  if (above !== null) return `no folder above it has \`${above}\``;
  const [, included] =
    /could not resolve exposed includes [^\n]*:\d+,\d+-\d+: ([^\n]{3,150}?)\.?(?:, and \d+ other diagnostic|\n|$)/.exec(
      message,
    ) ?? [];
  if (included !== undefined) return included.replace("; ", ": ");
  // Of calls in calls, the innermost is the one that failed.
  const [, line = ""] = /^[\s│]*(Call to function ".*)$/m.exec(message) ?? [];
  const [, called, why] = /.*Call to function "([\w:]+)" failed: (.{3,150})/.exec(line) ?? [];
  if (called !== undefined && why !== undefined) return `\`${called}\` failed: ${why.replace(/[.…]+$/, "")}`;
  const [, error] = /^[\s│╷]*Error: (.{3,150})$/m.exec(message) ?? [];
  return error?.trim() ?? null;
}

function nextOf(cause: FailureCause, at: WorkedAt, again: string): string {
  switch (cause.kind) {
    case "locked":
      return `${lockOf(cause.lock)} If that run is still going, wait and ${again}. If it has ended, ${unlocking(cause.lock)}, then ${again}.`;
    case "credentials":
      return cause.role === null
        ? `Does its environment name a role, under \`aws\` or \`identity\`? Where it names none, its units have what the runner has, and a hosted runner has nothing: name one and push. Where it does, check that the role exists and that its trust policy allows this repository and branch, then ${again}.`
        : `Check that the role exists and that its trust policy allows this repository and branch, then ${again}.`;
    case "backend":
      return `Check that the state backend exists and that the role may read and write it, then ${again}.`;
    case "stale-plan":
    case "crash":
      return `${capital(again)}: the unit is planned again.`;
    case "timeout":
      return `See in the log what it waited for. If it needs that long, raise \`jobs.timeout_minutes\`. Then ${again}.`;
    case "tool-missing":
      return isTerragruntOrTofu(cause.tool)
        ? `Install ${cause.tool} on the runner, or set its version under \`tools\`.`
        : `A hook or \`run_cmd\` calls it: put it into the runner's image, or take the call out of the configuration. Then ${again}.`;
    case "disk-full":
      return `Use a runner with a larger disk, or lower \`jobs.units_per_job\`, then ${again}.`;
    case "configuration":
      return "Correct the configuration and push.";
    case "tool": {
      if (at === "unlock") {
        return `Nothing was unlocked. ${capital(again)} of the run that found the state locked: they continue, or name the lock that is held now.`;
      }
      if (isUnreadableSource(cause.message)) {
        return `Is the address right, and does the runner reach it? A private repository is read with the read-only token of \`module_access\`, whether its address is of HTTPS or SSH. Then ${again}.`;
      }
      if (at !== "apply" && isMissingVariablesFile(cause.message)) {
        return "A runner has only what is committed. Commit the file and push, or pass its values by `secrets` and read them with `get_env` in `inputs`.";
      }
      const unset = unsetVariables(cause.message);
      if (unset.length > 0) {
        const it = unset.length === 1 ? "it" : "them";
        return `Set ${named(unset)} under \`env\` of its environment and push, or name ${it} under \`secrets\` where the value is secret. Where the configuration names ${it} already, the job lacks the secret: add it, then ${again}.`;
      }
      return at === "apply"
        ? `Part of it may have been applied. Fix the cause and merge the fix, or ${again} if the cause lies outside the code.`
        : `Fix the cause and push, or ${again} if the cause lies outside the code.`;
    }
    default:
      return cause satisfies never;
  }
}

function lockOf(lock: LockInfo): string {
  const parts = [
    `Lock \`${lock.id}\``,
    lock.who === null ? null : `held by \`${lock.who}\``,
    lock.operation === null ? null : `for \`${lock.operation}\``,
    lock.created === null ? null : `since ${lock.created}`,
  ];
  return `${parts.filter((part) => part !== null).join(" ")}.`;
}

function unlocking({ id }: LockInfo): string {
  return `run the workflow by hand with action \`unlock\`, this unit and \`lock_id\` \`${id}\` (in a terminal: \`terragrunt force-unlock ${id}\` in the unit's folder)`;
}

function interruptedNext(lock: LockInfo | null, erroredState: boolean, again: string): string {
  return [
    erroredState
      ? "The state could not be written to its backend and was lost with the runner: import what was created before you apply again."
      : null,
    lock === null ? null : `${lockOf(lock)} Once no run works on the unit any more, ${unlocking(lock)}.`,
    `Run a plan to see what is left, then ${again}.`,
  ]
    .filter((sentence) => sentence !== null)
    .join(" ");
}

const named = (units: readonly string[]): string =>
  units.length === 0 ? "units that it depends on" : units.map((unit) => `\`${unit}\``).join(", ");
