// Keeps what a step of the dispatcher has written for the run's page, which act throws away with the job.
import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";

const { GITHUB_STEP_SUMMARY: summary, STAND_IN_SUMMARIES: folder } = process.env;
if (folder !== undefined && summary !== undefined && process.argv[1]?.endsWith("/dispatcher/dist/main.mjs")) {
  process.on("exit", () => {
    if (existsSync(summary)) copyFileSync(summary, join(folder, `${Date.now()}-${process.pid}.md`));
  });
}
