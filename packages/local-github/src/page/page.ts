import type { DiffFile } from "../git/diff.ts";
import { filesOfPullRequest } from "../pull-requests.ts";
import { isPullRequest } from "../shapes/pull-request.ts";
import { type Comment, commentsOf, type Issue, labelOf, lastAttempt, type User } from "../state.ts";
import type { World } from "../world.ts";
import { createMarkdown, diffLine, type Markdown } from "./markdown.ts";
import { escapeHtml } from "./sanitize.ts";
import { style } from "./style.ts";

/** Everything that is stored as one page without outside resources: what people on GitHub would see. */
export async function renderPage(world: World): Promise<string> {
  const all = [...world.state.issues.values()].filter((issue) => !issue.deleted);
  const [pulls, issues] = [all.filter(isPullRequest), all.filter((issue) => issue.pull === null)];
  const markdown = createMarkdown((address) => anchorOf(world, address));
  const articles: string[] = [];
  for (const issue of [...pulls, ...issues]) {
    const files = isPullRequest(issue) ? await filesOfPullRequest(world, issue) : [];
    articles.push(conversation(world, issue, files, markdown));
  }
  const name = `${escapeHtml(world.owner)}/${escapeHtml(world.repo)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name}</title>
<style>${style}</style>
</head>
<body>
<div class="bar" id="top"><span>${escapeHtml(world.owner)} / </span><b>${escapeHtml(world.repo)}</b></div>
<main>
${overview("Pull requests", pulls)}
${overview("Issues", issues)}
${runs(world)}
${articles.join("\n")}
</main>
</body>
</html>
`;

  function overview(title: string, listed: readonly Issue[]): string {
    const rows = listed.toReversed().map((issue) => {
      const labels = issue.labels.map((label) => labelBadge(world, label)).join(" ");
      const comments = commentsOf(world.state, issue.number).length;
      return `<div class="row">${badge(issue)}<div class="grow"><a class="title" href="#${issue.number}">${escapeHtml(issue.title)}</a> ${labels}<br><small>#${issue.number} opened by ${escapeHtml(issue.user.login)}</small></div><small>${comments} ${comments === 1 ? "comment" : "comments"}</small></div>`;
    });
    return section(title, rows);
  }
}

function section(title: string, rows: readonly string[]): string {
  const content = rows.length === 0 ? `<div class="empty">There are none.</div>` : rows.join("\n");
  return `<h2 class="part">${title} <span class="count">${rows.length}</span></h2>\n<div class="list">${content}</div>`;
}

function runs(world: World): string {
  const rows = [...world.state.runs.values()].toReversed().map((run) => {
    const { status, conclusion } = lastAttempt(run);
    const kind = conclusion === "success" ? "open" : conclusion === null ? "done" : "closed";
    const jobs = run.jobs.length === 0 ? "" : ` · ${run.jobs.map((job) => escapeHtml(job.name)).join(", ")}`;
    return `<div class="row" id="run-${run.id}"><span class="state ${kind}">${conclusion ?? status}</span><div class="grow"><b>${escapeHtml(run.event)}</b> on <span class="branch">${escapeHtml(run.headBranch)}</span><br><small>run ${run.number} · ${run.headSha.slice(0, 7)}${jobs}</small></div></div>`;
  });
  return rows.length === 0 ? "" : section("Workflow runs", rows);
}

function conversation(world: World, issue: Issue, files: readonly DiffFile[], markdown: Markdown): string {
  const labels = issue.labels.map((label) => labelBadge(world, label)).join(" ");
  const comments = commentsOf(world.state, issue.number).map((comment) => commentBox(comment, markdown));
  const first = commentBox(
    { id: null, user: issue.user, body: issue.body ?? "", createdAt: issue.createdAt, updatedAt: issue.createdAt },
    markdown,
  );
  // What was said before the end comes before it, as on GitHub.
  const before = commentsOf(world.state, issue.number).filter(
    ({ createdAt }) => issue.closedAt === null || createdAt < issue.closedAt,
  ).length;
  return `<article id="${issue.number}">
<header><h2>${escapeHtml(issue.title)} <span>#${issue.number}</span></h2>
<div>${badge(issue)} <span class="meta">${summaryOf(issue)}</span> ${labels} <a class="meta" href="#top">↑ all</a></div></header>
${first}
${files.length === 0 ? "" : fileList(files)}
${[...comments.slice(0, before), ...ending(issue), ...comments.slice(before)].join("\n")}
</article>`;
}

function badge(issue: Issue): string {
  if (issue.pull?.mergedAt) return `<span class="state merged">Merged</span>`;
  if (issue.state === "open") return `<span class="state open">Open</span>`;
  return `<span class="state ${issue.pull === null ? "done" : "closed"}">Closed</span>`;
}

function summaryOf(issue: Issue): string {
  const author = `<b>${escapeHtml(issue.user.login)}</b>`;
  if (issue.pull === null) return `${author} opened this issue · ${time(issue.createdAt)}`;
  const branch = (name: string): string => `<span class="branch">${escapeHtml(name)}</span>`;
  const verb = issue.pull.mergedAt === null ? "wants to merge" : "merged";
  return `${author} ${verb} into ${branch(issue.pull.baseRef)} from ${branch(issue.pull.headRef)} · ${time(issue.createdAt)}`;
}

function ending(issue: Issue): string[] {
  if (issue.closedAt === null) return [];
  const by = `<b>${escapeHtml((issue.pull?.mergedBy ?? issue.closedBy ?? issue.user).login)}</b>`;
  const what = issue.pull?.mergedAt ? `merged commit <code>${issue.pull.mergeSha?.slice(0, 7)}</code>` : "closed this";
  return [`<div class="event">${badge(issue)} ${by} ${what} · ${time(issue.closedAt)}</div>`];
}

type Said = Pick<Comment, "user" | "body" | "createdAt" | "updatedAt"> & { readonly id: number | null };

function commentBox({ id, user, body, createdAt, updatedAt }: Said, markdown: Markdown): string {
  const edited = updatedAt === createdAt ? "" : " · edited";
  const bot = user.type === "Bot" ? ` <span class="tag">bot</span>` : "";
  const content = body.trim() === "" ? `<p class="meta"><em>No description provided.</em></p>` : markdown(body);
  const anchor = id === null ? "" : ` id="issuecomment-${id}"`;
  return `<div class="comment"${anchor}>${avatar(user)}<div class="box"><header><b>${escapeHtml(user.login.replace(/\[bot\]$/, ""))}</b>${bot} commented ${time(createdAt)}${edited}</header><div class="body">${content}</div></div></div>`;
}

function avatar({ login, type }: User): string {
  const hue = [...login].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360, 7);
  return `<div class="avatar${type === "Bot" ? " bot" : ""}" style="background:hsl(${hue} 45% 45%)" aria-hidden="true">${escapeHtml(login.slice(0, 1))}</div>`;
}

function fileList(files: readonly DiffFile[]): string {
  const entries = files.map((file) => {
    const lines = (file.patch ?? "Binary file").split("\n").map(diffLine).join("");
    const from = file.previousPath === null ? "" : `${escapeHtml(file.previousPath)} → `;
    return `<details class="file box"><summary>${from}${escapeHtml(file.path)} · ${file.status} <span class="plus">+${file.additions}</span> <span class="minus">−${file.deletions}</span></summary><pre><code>${lines}</code></pre></details>`;
  });
  const count = `${files.length} ${files.length === 1 ? "file" : "files"} changed`;
  return `<details class="files"><summary>${count}</summary>${entries.join("")}</details>`;
}

function labelBadge(world: World, name: string): string {
  const { color, description } = labelOf(world.state, name);
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  const text = red * 0.299 + green * 0.587 + blue * 0.114 > 150 ? "#1f2328" : "#fff";
  return `<span class="label" style="background:#${escapeHtml(color)};color:${text}" title="${escapeHtml(description ?? "")}">${escapeHtml(name)}</span>`;
}

const time = (iso: string): string => `<time datetime="${iso}">${iso.slice(0, 16).replace("T", " ")} UTC</time>`;

/** Where an address of this repository is on the page: a pull request, an issue, one of their comments, a run. */
function anchorOf(world: World, address: string): string | null {
  const page = `${world.serverUrl}/${world.owner}/${world.repo}/`;
  const path = URL.canParse(address) ? new URL(address).href : address;
  const [, rest = ""] = /^https?:\/\/[^/]+\/[^/]+\/[^/]+\/(.*)$/.exec(path) ?? [];
  const isOurs = path.startsWith(page) || path.split("/").slice(3, 5).join("/") === `${world.owner}/${world.repo}`;
  if (!isOurs) return null;
  const [, number, comment] = /^(?:pull|issues)\/(\d+)(?:#(issuecomment-\d+))?$/.exec(rest) ?? [];
  if (number !== undefined) return `#${comment ?? number}`;
  const [, run] = /^actions\/runs\/(\d+)/.exec(rest) ?? [];
  return run === undefined ? null : `#run-${run}`;
}
