import { mkdir, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { makePlayground } from "./playground.ts";
import { story } from "./story.ts";

/** Plays the whole story with real Terragrunt and OpenTofu against a local GitHub, and shows what people would see. */
const out = resolve(import.meta.dirname, "out");
const started = performance.now();
const seconds = (from: number): string => `${((performance.now() - from) / 1000).toFixed(1)} s`;

await using playground = await makePlayground(join(out, "playground"));
for (const [index, chapter] of story.entries()) {
  console.log(`\n${index + 1}. ${chapter.title}`);
  const begun = performance.now();
  const result = await chapter.run(playground, (job) => {
    console.log(`   ${job.ok ? "✓" : "✗"} ${job.name} (${job.seconds.toFixed(1)} s)`);
  });
  console.log(`   → ${result} (${seconds(begun)})`);
}

const page = join(out, "index.html");
await mkdir(out, { recursive: true });
await writeFile(page, await playground.github.page());
console.log(`\nPlayed in ${seconds(started)}. What people on GitHub would see: ${relative(process.cwd(), page)}`);
