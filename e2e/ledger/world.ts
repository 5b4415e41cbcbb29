import { isWaitedFor, promotionOf } from "@pipelines/core/configuration/promotion";
import { Configuration, EnvironmentSettings } from "@pipelines/core/configuration/schema";
import type { CommitSha } from "@pipelines/core/contracts/comparison";
import { verdictOn } from "@pipelines/core/contracts/end";
import type { LedgerAction, LedgerRun, LedgerState } from "@pipelines/core/contracts/ledger";
import type { GuardStop, UnitEnd } from "@pipelines/core/contracts/outcome";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { type Claim, claim } from "@pipelines/core/ledger/claim";
import { dismiss } from "@pipelines/core/ledger/dismiss";
import { EMPTY_LEDGER, type Ledger } from "@pipelines/core/ledger/ledger";
import { mayStart } from "@pipelines/core/ledger/may-start";
import { type Ended, type Recording, record } from "@pipelines/core/ledger/record";
import { stateSharedWith } from "@pipelines/core/ledger/shared-state";
import { nextUnits } from "@pipelines/executor/schedule/schedule";
import { Cloud } from "./cloud.ts";
import { type Content, type Edit, Repository, UNITS } from "./repository.ts";
import { type Cause, determine, earlierEnds, type JobRun, type Run } from "./runs.ts";
import { Statements } from "./statements.ts";

const TIME = "2026-11-25T12:00:00.000Z";

/** How one unit's work ends: as it should, with a check that denies what was done, failed before or in the middle, or cut off. */
export type Luck = "good" | "denied" | "failed" | "failed in the middle" | "cut off";

/** A repository, its runs on GitHub, its ledger and the cloud, moved on one step at a time. */
export class World {
  readonly repository = new Repository();
  readonly cloud = new Cloud();
  readonly runs: Run[] = [];
  readonly statements = new Statements(this);
  readonly changes: { commit: CommitSha; unit: UnitPath }[] = [];
  readonly passed: { commit: CommitSha; unit: UnitPath }[] = [];
  ledger: Ledger = EMPTY_LEDGER;
  readonly #order: "dev comes first" | "side by side";

  /** Everything was applied once, by a run of its own. */
  constructor(order: "dev comes first" | "side by side") {
    this.#order = order;
    const first = this.#start({ kind: "push", before: this.repository.tip });
    const { units } = this.repository.at(first.head);
    for (const [unit, content] of units) this.cloud.apply(unit, content, first.head);
    const wanted = [...units].map(([path, { dependsOn }]) => ({
      ...({ path, action: "apply", commit: first.head, environment: null, dependsOn } as const),
      ...({ why: "changed", message: "", dueOf: null } as const),
    }));
    this.#claim(first, {
      run: first.ref,
      time: TIME,
      head: first.head,
      branch: "main",
      units: wanted,
      of: CHANGES(0, true),
    });
    const ended = wanted.map((unit): Ended => this.#ended(unit.path, "apply", first.head, { kind: "changed" }));
    this.#record(first, ended);
    first.phase = "ended";
  }

  // ---- what people do -------------------------------------------------------------------------------------------

  merge(edit: Edit, event: "arrives" | "is lost"): void {
    const before = this.repository.tip;
    this.repository.merge(edit);
    if (event === "arrives") this.#start({ kind: "push", before });
  }

  force(back: number, edit: Edit | null, event: "arrives" | "is lost"): void {
    const before = this.repository.tip;
    const onto = this.repository.branch().at(-back - 1);
    if (onto === undefined) return;
    this.repository.force(onto, edit);
    if (event === "arrives") this.#start({ kind: "push", before });
  }

  ask(unit: UnitPath, action: LedgerAction, back: number): void {
    const head = this.repository.branch().at(-back - 1) ?? this.repository.tip;
    this.#start({ kind: "asked", unit, action }, head);
  }

  applyDue(): void {
    this.#start({ kind: "apply-due" });
  }

  dismiss(unit: UnitPath): void {
    const run = this.#ref();
    const dismissal = { run, time: TIME, by: "mona", reason: "", units: [unit] };
    // A person has decided about what commits wanted of it until now.
    if (this.ledger.units.get(unit)?.due !== undefined) {
      this.changes.splice(0, this.changes.length, ...this.changes.filter((change) => change.unit !== unit));
    }
    this.ledger = dismiss(this.ledger, dismissal);
    this.statements.same("a dismissal", this.ledger, dismiss(this.ledger, dismissal));
  }

  rerun(run: Run, what: "all" | "failed"): void {
    if (run.phase !== "ended" || run.ref.number === 1) return;
    run.ref = { ...run.ref, attempt: run.ref.attempt + 1 };
    if (what === "all" || run.jobs.length === 0) {
      run.phase = "queued";
      run.claimed = false;
      run.jobs = [];
      return;
    }
    run.phase = run.claimed ? "claimed" : "determined";
    for (const job of run.jobs) {
      const well =
        !job.lost &&
        !job.denied &&
        job.job.units.every(({ path }) => verdictOn(job.ends.get(path) ?? LOST, job.job.action) === "well");
      if (!well) Object.assign(job, { state: "waiting", ends: new Map(), lost: false, denied: false });
    }
  }

  // ---- what GitHub does -----------------------------------------------------------------------------------------

  /** Ends a run where it stands: the cancel of a person, or the end of a runner. */
  kill(run: Run, how: { readonly luck: Luck; readonly outcomes: "kept" | "lost"; readonly records: boolean }): void {
    if (run.phase === "ended") return;
    // Killed in the middle of its claim: what was written is there, and the job has not ended well.
    if (run.jobs.every(({ state }) => state === "waiting")) run.claimed = false;
    for (const job of run.jobs) this.killJob(run, job, how);
    if (how.records && run.phase === "claimed") this.#record(run, this.#endsOf(run));
    run.phase = "ended";
  }

  killJob(run: Run, job: JobRun, { luck, outcomes }: { luck: Luck; outcomes: "kept" | "lost" }): void {
    for (const unit of [...job.running]) this.#finish(run, job, unit, luck);
    // Whoever is killed does not ask its checks.
    if (job.state === "running") Object.assign(job, { lost: outcomes === "lost", denied: true });
    job.state = "ended";
  }

  /** Moves a run on by one step; `pick` chooses between units and jobs that could go first. */
  step(run: Run, pick: number, luck: Luck, faults: Faults): void {
    switch (run.phase) {
      case "queued":
        determine(run, {
          repository: this.repository,
          ledger: this.ledger,
          isEnded: (ref) => !faults.apiRefuses && this.#isEnded(ref),
          broken: faults.broken,
          promotion: promotionOf(this.#configuration()),
        });
        return;
      case "determined":
        this.#claimFor(run, faults);
        return;
      case "claimed":
        this.#work(run, pick, luck, faults);
        return;
      case "ended":
        return;
      default:
        run.phase satisfies never;
    }
  }

  #claimFor(run: Run, faults: Faults): void {
    const asked = run.cause.kind !== "push";
    // If the claim can't be written nothing is applied.
    if (faults.ledgerRefuses) {
      for (const job of run.jobs) job.state = "ended";
      run.phase = "ended";
      return;
    }
    this.#claim(run, {
      run: run.ref,
      time: TIME,
      head: run.head,
      branch: "main",
      units: run.wanted.filter(({ why, dueOf }) => !asked || dueOf !== null || why === "asked"),
      of: asked ? { kind: "request" } : CHANGES(run.seen, run.complete),
    });
    for (const unit of run.changed) {
      const due = this.ledger.units.get(unit)?.due;
      if (due?.owner.id === run.ref.id && due.commits.includes(run.head)) this.changes.push({ commit: run.head, unit });
    }
    run.phase = "claimed";
    run.claimed = true;
  }

  #work(run: Run, pick: number, luck: Luck, faults: Faults): void {
    const busy = run.jobs.filter(({ state }) => state === "running");
    const ready = run.jobs.filter((job) => this.#mayBegin(run, job));
    const job = [...busy, ...ready].at(pick % Math.max(1, busy.length + ready.length));
    if (job === undefined) {
      // Jobs that wait for another run's turn hold the run up.
      if (run.jobs.some(({ state }) => state !== "ended")) return;
      if (!faults.ledgerRefuses) this.#record(run, this.#endsOf(run));
      run.phase = "ended";
      return;
    }
    job.state = "running";
    if (job.running.size > 0 && pick % 2 === 0) {
      const unit = [...job.running].at(pick % job.running.size);
      if (unit !== undefined) this.#finish(run, job, unit, luck);
      return;
    }
    const { ends, applies } = earlierEnds(run, job.job);
    const next = nextUnits(job.job.units, new Map([...ends, ...job.ends]), job.job.action, job.running, 2, applies);
    for (const { path, end } of next.skip) job.ends.set(path, end);
    for (const path of next.start) this.#startUnit(run, job, path, faults);
    const first = [...job.running][0];
    if (next.skip.length + next.start.length > 0) return;
    if (first !== undefined) this.#finish(run, job, first, luck);
    else {
      job.state = "ended";
      const done = [...job.ends].filter(([, end]) => !job.denied && verdictOn(end, job.job.action) === "well");
      this.passed.push(...done.map(([path]) => ({ commit: job.job.at, unit: path })));
    }
  }

  /** The configuration of the deploy branch. */
  #configuration(): Configuration {
    const tree = this.repository.at(this.repository.tip);
    const environment = (name: string, after: string[]) =>
      EnvironmentSettings.parse({
        ...{ paths: [`${name}/**`], apply: tree.paused.has(name) ? "paused" : "on", protect: [...tree.protect], after },
      });
    const first = this.#order === "dev comes first" ? ["dev"] : [];
    return Configuration.parse({ environments: { dev: environment("dev", []), prod: environment("prod", first) } });
  }

  /** Stages follow each other, and jobs of one environment run one after the other, of whatever run. */
  #mayBegin(run: Run, { job, state }: JobRun): boolean {
    if (state !== "waiting") return false;
    if (run.jobs.some((other) => other.job.stage < job.stage && other.state !== "ended")) return false;
    return !this.runs.some(({ jobs }) =>
      jobs.some((other) => other.state === "running" && other.job.environment === job.environment),
    );
  }

  #startUnit(run: Run, job: JobRun, unit: UnitPath, faults: Faults): void {
    const action = actionOf(job);
    const { repository } = this;
    const tree = repository.at(repository.tip);
    const configuration = this.#configuration();
    const start = mayStart({
      ledger: faults.lookFails ? { kind: "unknown", why: "" } : { kind: "read", value: this.ledger },
      tip: {
        kind: "read",
        value: { commit: repository.tip, otherBranch: null, exists: (path) => tree.units.has(path), configuration },
      },
      unit,
      action,
      commit: job.job.at,
      run: run.ref,
      endedWell: this.#endedWell(run, () => true),
      passed: this.#endedWell(run, ({ denied }) => !denied),
      destroyAtTip: run.cause.kind === "asked",
    });
    switch (start.kind) {
      case "go":
        if (action === "destroy" && this.#sharesState(unit, job.job.at, faults)) {
          job.ends.set(unit, held("same-state"));
          return;
        }
        this.statements.starts(run, job, unit);
        if (this.#order === "dev comes first") this.statements.followsDev(run, job, unit);
        job.running.add(unit);
        return;
      case "done":
        job.ends.set(unit, { kind: "unchanged" });
        return;
      case "leave":
        job.ends.set(unit, { kind: "superseded", by: start.by ?? repository.tip });
        return;
      case "wait":
        job.ends.set(unit, { kind: "skipped", because: start.units, waitsFor: start.for });
        return;
      case "stop":
        job.ends.set(unit, held(start.because === "paused" ? "paused" : "needed-apply"));
        return;
      default:
        start satisfies never;
    }
  }

  /** Units that ended well in this run, as far as their jobs' documents are there. */
  #endedWell(run: Run, counts: (job: JobRun) => boolean): Set<UnitPath> {
    return new Set(
      run.jobs
        .filter((job) => !job.lost && counts(job))
        .flatMap(({ ends, job }) =>
          [...ends].flatMap(([path, end]) => (verdictOn(end, job.action) === "well" ? [path] : [])),
        ),
    );
  }

  #sharesState(unit: UnitPath, commit: CommitSha, faults: Faults): boolean {
    const { repository } = this;
    const key = repository.at(commit).units.get(unit)?.key ?? "";
    const tip = repository.at(repository.tip).units;
    const determined = this.ledger.determined?.commit;
    const then = determined == null ? new Map<UnitPath, Content>() : repository.at(determined).units;
    const unsettled = (path: UnitPath): boolean => JSON.stringify(then.get(path)) !== JSON.stringify(tip.get(path));
    const shared = stateSharedWith(this.ledger, unit, stateOf(key), tip.keys(), unsettled);
    // What the ledger does not know is found out by evaluating the unit, or stops the destroy.
    return shared.with.length > 0 || shared.unknown.some((path) => faults.lookFails || tip.get(path)?.key === key);
  }

  #finish(run: Run, job: JobRun, unit: UnitPath, luck: Luck): void {
    const content = this.repository.at(job.job.at).units.get(unit);
    job.running.delete(unit);
    if (content === undefined) throw new Error(`${unit} is not at ${job.job.at}`);
    if (luck === "denied") job.denied = true;
    if (luck === "good" || luck === "denied") {
      if (actionOf(job) === "apply") this.cloud.apply(unit, content, run.head);
      else this.cloud.destroy(content.key);
    } else if (luck !== "failed") {
      // A destroy begins to use nothing.
      const dependsOn = actionOf(job) === "apply" ? content.dependsOn : [];
      this.cloud.cutOff(unit, { ...content, dependsOn }, run.head);
    }
    job.ends.set(unit, endOf(luck));
  }

  #endsOf(run: Run): Ended[] {
    return run.jobs.flatMap(({ job, ends, lost, denied }) =>
      job.units.map(({ path }) => {
        const end = lost ? LOST : (ends.get(path) ?? LOST);
        const check = denied && isWaitedFor(promotionOf(this.#configuration()), job.environment) ? "denied" : null;
        return { ...this.#ended(path, job.action === "destroy" ? "destroy" : "apply", job.at, end), check };
      }),
    );
  }

  #ended(path: UnitPath, action: LedgerAction, commit: CommitSha, end: UnitEnd): Ended {
    const content = this.repository.at(commit).units.get(path);
    const dependsOn = content?.dependsOn ?? [];
    return { path, action, commit, environment: null, end, dependsOn, plan: null, state: stateOf(content?.key ?? "") };
  }

  // ---- the ledger -----------------------------------------------------------------------------------------------

  #claim(run: Run, wanted: Claim): void {
    const { tip, contains } = this.repository;
    const head = this.repository.at(run.head);
    const facts = { tip, contains, otherBranch: null, existsAtHead: (unit: UnitPath) => head.units.has(unit) };
    this.ledger = claim(this.ledger, wanted, facts).ledger;
    this.statements.same("a claim", this.ledger, claim(this.ledger, wanted, facts).ledger);
  }

  #record(run: Run, ended: readonly Ended[]): void {
    const { tip, contains } = this.repository;
    const tree = this.repository.at(tip);
    const recording: Recording = { run: run.ref, time: TIME, head: run.head, ended, by: null, pullRequest: null };
    const facts = { contains, tip: { commit: tip, exists: (unit: UnitPath) => tree.units.has(unit) } };
    const before = this.ledger;
    this.ledger = record(this.ledger, recording, facts);
    this.statements.recorded(run, before);
    this.statements.same("a record", this.ledger, record(this.ledger, recording, facts));
  }

  #start(cause: Cause, head = this.repository.tip): Run {
    const run: Run = { ref: this.#ref(), cause, head, phase: "queued", ...NOTHING_YET, jobs: [] };
    this.runs.push(run);
    return run;
  }

  #ref(): LedgerRun {
    const number = this.runs.length + 1;
    return { id: 1000 + number, number, attempt: 1 };
  }

  #isEnded(ref: LedgerRun): boolean {
    return this.runs.find((run) => run.ref.id === ref.id)?.phase !== "queued" && this.#phaseOf(ref) === "ended";
  }

  #phaseOf(ref: LedgerRun): Run["phase"] {
    return this.runs.find((run) => run.ref.id === ref.id)?.phase ?? "ended";
  }

  /**
   * Everything goes well from now on: pauses end, runs finish, what is due is asked for, and a person says of what moved
   * that nothing is left to destroy.
   */
  settle(): void {
    const [unit] = UNITS;
    if (unit === undefined) return;
    this.finishAll();
    // What a person dismissed stays as it is until a commit changes it, and may hold up others until then.
    for (const { unit: path, dismissed } of this.ledger.units.values()) {
      const exists = this.repository.at(this.repository.tip).units.has(path);
      if (dismissed === undefined || !(exists || dismissed.action === "apply")) continue;
      this.merge({ kind: "change", unit: path }, "arrives");
      // What was dismissed while it was to be applied, and is gone, is brought back to be destroyed.
      if (exists) continue;
      this.finishAll();
      this.merge({ kind: "delete", unit: path }, "arrives");
    }
    for (let round = 0; round < 6; round += 1) {
      this.finishAll();
      this.merge({ kind: "settle", unit }, "arrives");
      this.finishAll();
      this.#dismissMoved();
      this.applyDue();
    }
    this.finishAll();
  }

  #dismissMoved(): void {
    const keys = new Set([...this.repository.at(this.repository.tip).units.values()].map(({ key }) => key));
    for (const { unit, due } of this.ledger.units.values()) {
      if (due?.action !== "destroy") continue;
      const key = this.repository.at(due.commit).units.get(unit)?.key;
      if (due.why === "held-move" || (key !== undefined && keys.has(key))) this.dismiss(unit);
    }
  }

  finishAll(): void {
    for (let moves = 0; this.runs.some(({ phase }) => phase !== "ended"); moves += 1) {
      if (moves > 2000) throw new Error("the runs never come to an end");
      for (const run of this.runs) this.step(run, moves, "good", NO_FAULTS);
    }
  }
}

/** What goes wrong in one step. */
export type Faults = {
  readonly ledgerRefuses: boolean;
  readonly lookFails: boolean;
  /** GitHub does not say which runs have ended. */
  readonly apiRefuses: boolean;
  readonly broken: UnitPath | null;
};

export const NO_FAULTS: Faults = { ledgerRefuses: false, lookFails: false, apiRefuses: false, broken: null };

const NOTHING_YET = { claimed: false, seen: 0, complete: true, changed: [], wanted: [] };

const CHANGES = (seen: number, complete: boolean) => ({ kind: "changes", seen, complete }) as const;
const LOST: UnitEnd = { kind: "unknown", why: "no outcome" };

const actionOf = ({ job }: JobRun): LedgerAction => (job.action === "destroy" ? "destroy" : "apply");

const stateOf = (key: string): LedgerState => ({
  ...{ backend: "s3", key, workspace: "default", lineage: `lineage of ${key}`, serial: 1 },
});

const held = (guard: GuardStop["guard"]): UnitEnd => ({
  kind: "withheld",
  stop: { guard, message: "", unseen: [], next: "" },
});

function endOf(luck: Luck): UnitEnd {
  if (luck === "good" || luck === "denied") return { kind: "changed" };
  if (luck === "cut off") return { kind: "interrupted", at: "apply", lock: null, erroredState: false, message: "" };
  return { kind: "failed", at: "apply", cause: { kind: "tool", exitCode: 1, message: "" } };
}
