import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { run } from "@pipelines/core/process/run";
import { createMarkdown } from "@pipelines/local-github/page/markdown";
import { style } from "@pipelines/local-github/page/style";
import { digestOf, drawings, pictureNames } from "./drawings.ts";

/**
 * Draws the example comments and issues that the docs show, as GitHub would, into `docs/images/`; or those that
 * the arguments name.
 * `drawn.json` says of what text each was drawn, so that a test names those that have become old.
 * Needs Chromium (`CHROMIUM` names another program) and a font with emoji.
 */
const folder = resolve(import.meta.dirname, "../../../docs/images");
const chromium = process.env["CHROMIUM"] ?? "chromium";
const MERMAID = "mermaid@12.3.0";
const WIDTH = 980;
/** Pixels: more of a long comment shows nothing new. */
const HIGHEST = 1500;

/** Graphs are left to Mermaid, which GitHub draws them with as well. */
const asGitHub = createMarkdown(
  () => null,
  () => null,
);

const named = process.argv.slice(2);
const wanted = named.length > 0 ? named : await pictureNames();
const digests = resolve(folder, "drawn.json");
const drawn: Record<string, string> = JSON.parse(await readFile(digests, "utf8"));
const work = await mkdtemp(join(tmpdir(), "pipelines-pictures-"));
try {
  await mkdir(folder, { recursive: true });
  const mermaid = await bringMermaid();
  for (const { name, markdown } of drawings) {
    if (!wanted.includes(name)) continue;
    const page = join(work, `${name}.html`);
    await writeFile(page, pageOf(markdown, mermaid));
    const height = Math.min(HIGHEST, await heightOf(page));
    await browse(page, `--screenshot=${join(folder, `${name}.png`)}`, `--window-size=${WIDTH},${height}`);
    drawn[name] = digestOf(markdown);
    process.stdout.write(`${name}: ${WIDTH}×${height}\n`);
  }
  const sorted = Object.fromEntries(Object.entries(drawn).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  await writeFile(digests, `${JSON.stringify(sorted, null, 2)}\n`);
} finally {
  await rm(work, { recursive: true, force: true });
}

/** Mermaid's one file for a browser. */
async function bringMermaid(): Promise<string> {
  const name = (await command("npm", "pack", "--silent", MERMAID)).trim();
  await command("tar", "-xzf", name, "package/dist/mermaid.min.js");
  return readFile(join(work, "package/dist/mermaid.min.js"), "utf8");
}

function pageOf(markdown: string, mermaid: string): string {
  return `<!doctype html>
<meta charset="utf-8">
<style>${style} body { padding: 16px; } .comment { margin: 0; } pre.mermaid { background: none; }</style>
<div class="comment"><div class="avatar" style="background:#57606a">P</div><div class="box">
<header><b>github-actions</b> <span class="label">bot</span> commented</header>
<div class="body">${asGitHub(markdown)}</div></div></div>
<script>${mermaid.replaceAll("</script", "<\\/script")}</script>
<script type="module">
mermaid.initialize({ startOnLoad: false, securityLevel: "strict" });
await mermaid.run();
document.body.dataset.height = String(Math.ceil(document.querySelector(".comment").getBoundingClientRect().height) + 32);
</script>
`;
}

/** Pixels that the page needs once everything is drawn. */
async function heightOf(page: string): Promise<number> {
  const drawn = await browse(page, "--dump-dom", `--window-size=${WIDTH},800`);
  const [, height] = /<body[^>]* data-height="(\d+)"/.exec(drawn) ?? [];
  if (height === undefined) throw new Error(`${page} was not drawn: is its graph understood by Mermaid?`);
  return Number(height);
}

function browse(page: string, ...options: readonly string[]): Promise<string> {
  const always = ["--headless=new", "--no-sandbox", "--hide-scrollbars", "--virtual-time-budget=20000"];
  return command(chromium, ...always, ...options, `file://${page}`);
}

async function command(program: string, ...args: readonly string[]): Promise<string> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const ended = await run(program, args, { cwd: work, env, timeoutMs: 120_000 });
  if (ended.exitCode !== 0) throw new Error(`${program} failed: ${ended.stderr}`);
  return ended.stdout;
}
