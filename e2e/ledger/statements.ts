import type { CommitSha } from "@pipelines/core/contracts/comparison";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { Ledger } from "@pipelines/core/ledger/ledger";
import type { Cloud } from "./cloud.ts";
import { type Content, environmentOf, type Repository, UNITS } from "./repository.ts";
import type { JobRun, Run } from "./runs.ts";

/** A statement that does not hold. */
export class BrokenStatement extends Error {
  override readonly name = "BrokenStatement";
}

/** What of a world the statements speak of, as it is at the time. */
export type Watched = {
  readonly cloud: Cloud;
  readonly ledger: Ledger;
  readonly repository: Repository;
  readonly runs: readonly Run[];
  /** The units that a commit changed, as they were claimed for it. */
  readonly changes: readonly { readonly commit: CommitSha; readonly unit: UnitPath }[];
  /** What ended well, with the checks of its job, at which commit. */
  readonly passed: readonly { readonly commit: CommitSha; readonly unit: UnitPath }[];
};

/** What has to hold of a world, whatever happens in it. */
export class Statements {
  readonly #world: Watched;
  /** How often each statement had something to look at. */
  readonly counts = {
    kept: 0,
    "destroys started": 0,
    "applies started": 0,
    "written twice": 0,
    settled: 0,
    promotions: 0,
  };

  constructor(world: Watched) {
    this.#world = world;
  }

  /** Each unit that a commit changed is applied as that commit has it or later, or due, or dismissed by a person. */
  nothingLost(): void {
    const { ledger, repository, cloud } = this.#world;
    const determined = ledger.determined?.commit;
    if (determined == null || !repository.contains(repository.tip, determined)) return;
    const since = repository.branch().filter((commit) => repository.contains(commit, determined));
    for (const unit of UNITS) {
      const record = ledger.units.get(unit);
      if (record?.due !== undefined || record?.dismissed !== undefined) continue;
      // The forced push that took its commit away has not been determined yet.
      if (record?.applied !== undefined && !repository.contains(repository.tip, record.applied.commit)) continue;
      this.counts.kept += 1;
      if (!since.some((commit) => this.#isAs(unit, repository.at(commit).units.get(unit)))) {
        const version = repository.at(determined).units.get(unit)?.version ?? "nothing";
        fail(`${unit} is not as ${determined} has it, version ${version}, nor as a later commit, and nothing is due`);
      }
    }
    // Whatever is live belongs to a unit that the ledger knows.
    for (const [key, { unit }] of cloud.states) {
      if (!ledger.units.has(unit)) fail(`${key} of ${unit} is live, and the ledger does not know the unit`);
    }
  }

  /** Whether a unit is applied as a commit has it, or gone as the commit has it no more. */
  #isAs(unit: UnitPath, wanted: Content | undefined): boolean {
    const { states } = this.#world.cloud;
    if (wanted === undefined) return ![...states.values()].some((live) => live.unit === unit);
    const live = states.get(wanted.key);
    // Two units that were given one state overwrite each other: that is what they were merged as.
    return live?.version === wanted.version || (live !== undefined && live.unit !== unit);
  }

  /** What is destroyed is on the deploy branch no more, shares its state with nothing there, and nothing needs it. */
  starts(run: Run, { job }: JobRun, unit: UnitPath): void {
    const { runs, repository } = this.#world;
    const tip = repository.at(repository.tip);
    const twice = runs.some(({ jobs }) => jobs.some(({ running }) => running.has(unit)));
    if (twice) fail(`${unit} is worked on by two jobs at once`);
    const key = repository.at(job.at).units.get(unit)?.key ?? "";
    if (job.action === "destroy") this.#mayBeDestroyed(run, unit, key, tip.units, tip.protect);
    else this.#isNotOlder(run, unit, key);
  }

  #mayBeDestroyed(
    run: Run,
    unit: UnitPath,
    key: string,
    tip: ReadonlyMap<UnitPath, Content>,
    protect: ReadonlySet<UnitPath>,
  ): void {
    this.counts["destroys started"] += 1;
    if (tip.has(unit) && run.cause.kind !== "asked") fail(`${unit} is destroyed and exists on the branch`);
    if (protect.has(unit)) fail(`${unit} is destroyed and protected`);
    for (const [other, content] of tip) {
      if (other !== unit && content.key === key) fail(`${unit} is destroyed and ${other} has its state`);
    }
    for (const [other, live] of this.#world.cloud.states) {
      // A person who dismissed its destroy answers for what is left of it.
      if (this.#world.ledger.units.get(live.unit)?.dismissed?.action === "destroy") continue;
      if (other !== key && live.uses.has(unit)) fail(`${unit} is destroyed and ${live.unit} uses it`);
    }
  }

  #isNotOlder(run: Run, unit: UnitPath, key: string): void {
    this.counts["applies started"] += 1;
    const { cloud, repository } = this.#world;
    const live = cloud.states.get(key);
    if (live === undefined || live.unit !== unit || run.cause.kind === "asked" || live.commit === run.head) return;
    const newer = repository.contains(live.commit, run.head) && repository.contains(repository.tip, live.commit);
    // Between commits that do not differ in it, neither is older: a forced push can make a run of the first one right.
    const [now, then] = [run.head, live.commit].map((commit) => repository.at(commit).units.get(unit));
    if (newer && JSON.stringify(now) !== JSON.stringify(then))
      fail(`${unit} is applied at ${run.head} over ${live.commit}`);
  }

  /**
   * What a commit changed in prod is applied after what it changed in dev: that was done well once, with its checks, at that
   * commit or a later one. It is not waited for where it is gone, where a person dismissed it, or where it needs the unit.
   */
  followsDev(run: Run, { job }: JobRun, unit: UnitPath): void {
    const { ledger, repository, changes, passed } = this.#world;
    if (job.action !== "apply" || environmentOf(unit) !== "prod" || run.cause.kind === "asked") return;
    const since = ledger.units.get(unit)?.applied?.commit;
    const open = changes.filter(
      ({ commit, unit: changed }) =>
        changed === unit &&
        repository.contains(run.head, commit) &&
        // What was pushed away by force nobody waits for.
        repository.contains(repository.tip, commit) &&
        (since === undefined || !repository.contains(since, commit)),
    );
    for (const { commit } of open) {
      for (const { unit: first } of changes.filter((change) => change.commit === commit)) {
        if (environmentOf(first) !== "dev" || !this.#isWaitedFor(first, unit, commit, run.head)) continue;
        this.counts.promotions += 1;
        const done = passed.some((one) => one.unit === first && repository.contains(one.commit, commit));
        if (!done) fail(`${unit} is applied for ${commit} before ${first} of the same commit`);
      }
    }
  }

  /** An apply waits for applies alone, and never for what needs it. */
  #isWaitedFor(first: UnitPath, unit: UnitPath, commit: CommitSha, head: CommitSha): boolean {
    const { ledger, repository } = this.#world;
    const record = ledger.units.get(first);
    if (record?.dismissed !== undefined) return false;
    // What the run's own head has no more is gone for it, though a later commit may bring back another.
    const applies = [commit, head, repository.tip].every((at) => repository.at(at).units.has(first));
    const needed = new Set([...(record?.due?.dependsOn ?? []), ...(record?.applied?.dependsOn ?? [])]);
    for (const path of needed)
      for (const next of repository.at(head).units.get(path)?.dependsOn ?? []) needed.add(next);
    return applies && !needed.has(unit);
  }

  /** What was applied by a newer commit stays applied by it. */
  recorded(run: Run, before: Ledger): void {
    const { ledger, repository } = this.#world;
    for (const [unit, { applied }] of ledger.units) {
      const earlier = before.units.get(unit)?.applied;
      if (applied === undefined || earlier === undefined || run.cause.kind === "asked") continue;
      const older = applied.commit !== earlier.commit && repository.contains(earlier.commit, applied.commit);
      if (older && repository.contains(repository.tip, earlier.commit))
        fail(`${unit}: an older commit took the place of a newer`);
    }
  }

  /** The same event again changes nothing. */
  same(what: string, once: Ledger, twice: Ledger): void {
    this.counts["written twice"] += 1;
    const text = ({ determined, units }: Ledger): string => JSON.stringify([determined, [...units]]);
    if (text(once) !== text(twice)) fail(`${what} written twice is another ledger:\n${text(once)}\n${text(twice)}`);
  }

  /** In the end everything is as the branch has it, but for what a person has to decide. */
  settled(): void {
    const { ledger, repository } = this.#world;
    this.counts.settled += 1;
    this.nothingLost();
    const tip = repository.at(repository.tip).units;
    for (const [unit, { due }] of ledger.units) {
      if (due !== undefined) fail(`${unit} stays due for ever: ${JSON.stringify(due)}`);
    }
    for (const [unit, content] of tip) {
      if (ledger.units.get(unit)?.dismissed !== undefined) continue;
      if (!this.#isAs(unit, content)) fail(`${unit} is not applied in the end`);
    }
  }
}

function fail(message: string): never {
  throw new BrokenStatement(message);
}
