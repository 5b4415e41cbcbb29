/** When one job of a run waited and worked, as GitHub has it. */
export type JobTime = {
  /** As the run's page shows it. */
  readonly name: string;
  /** Milliseconds since 1970: when it could have started, began, and ended. */
  readonly queued: number;
  readonly began: number;
  readonly ended: number;
  readonly result: "success" | "failure" | "cancelled";
  /** The label that it asked for a runner by. */
  readonly runner: string;
  /** A runner of one's own costs no minutes. */
  readonly hosted: boolean;
};

/** The whole minutes that a job is billed: GitHub rounds each job up (docs.github.com/billing/reference/actions-runner-pricing). */
export function billedMinutes({ began, ended }: Pick<JobTime, "began" | "ended">): number {
  return Math.max(1, Math.ceil((ended - began) / 60_000));
}

/** Minutes by runner, most first, of jobs on runners that GitHub hosts, and on others. */
export function minutesByRunner(jobs: readonly JobTime[]): { runner: string; hosted: boolean; minutes: number }[] {
  return [...Map.groupBy(jobs, ({ runner, hosted }) => `${hosted} ${runner}`).values()]
    .flatMap((members) => {
      const [first] = members;
      if (first === undefined) return [];
      const minutes = members.reduce((sum, job) => sum + billedMinutes(job), 0);
      return [{ runner: first.runner, hosted: first.hosted, minutes }];
    })
    .toSorted((a, b) => b.minutes - a.minutes || (a.runner < b.runner ? -1 : 1));
}
