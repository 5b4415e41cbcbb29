import { userOf } from "../state.ts";
import type { World } from "../world.ts";
import { nodeId, repositoryPage, repositoryUrl } from "./urls.ts";
import { simpleUser } from "./user.ts";

const BORN = "2026-01-05T08:00:00Z";
const PATHS = {
  archive_url: "/{archive_format}{/ref}",
  assignees_url: "/assignees{/user}",
  blobs_url: "/git/blobs{/sha}",
  branches_url: "/branches{/branch}",
  collaborators_url: "/collaborators{/collaborator}",
  comments_url: "/comments{/number}",
  commits_url: "/commits{/sha}",
  compare_url: "/compare/{base}...{head}",
  contents_url: "/contents/{+path}",
  contributors_url: "/contributors",
  deployments_url: "/deployments",
  downloads_url: "/downloads",
  events_url: "/events",
  forks_url: "/forks",
  git_commits_url: "/git/commits{/sha}",
  git_refs_url: "/git/refs{/sha}",
  git_tags_url: "/git/tags{/sha}",
  hooks_url: "/hooks",
  issue_comment_url: "/issues/comments{/number}",
  issue_events_url: "/issues/events{/number}",
  issues_url: "/issues{/number}",
  keys_url: "/keys{/key_id}",
  labels_url: "/labels{/name}",
  languages_url: "/languages",
  merges_url: "/merges",
  milestones_url: "/milestones{/number}",
  notifications_url: "/notifications{?since,all,participating}",
  pulls_url: "/pulls{/number}",
  releases_url: "/releases{/id}",
  stargazers_url: "/stargazers",
  statuses_url: "/statuses/{sha}",
  subscribers_url: "/subscribers",
  subscription_url: "/subscription",
  tags_url: "/tags",
  teams_url: "/teams",
  trees_url: "/git/trees{/sha}",
} as const;

/** The repository where it is named inside something else. */
export function minimalRepository(world: World) {
  const url = repositoryUrl(world);
  return {
    id: 1,
    node_id: nodeId("Repository", 1),
    name: world.repo,
    full_name: `${world.owner}/${world.repo}`,
    owner: simpleUser(world, userOf(world.state, world.owner)),
    private: true,
    html_url: repositoryPage(world),
    description: null,
    fork: false,
    url,
    ...Object.fromEntries(Object.entries(PATHS).map(([name, path]) => [name, `${url}${path}`])),
  };
}

/** The repository as `GET /repos/{owner}/{repo}` and webhooks show it. */
export function fullRepository(world: World) {
  const page = repositoryPage(world);
  const open = [...world.state.issues.values()].filter((issue) => issue.state === "open" && !issue.deleted).length;
  return {
    ...minimalRepository(world),
    git_url: `${page.replace(/^https?/, "git")}.git`,
    ssh_url: `git@${new URL(page).host}:${world.owner}/${world.repo}.git`,
    clone_url: `${page}.git`,
    svn_url: page,
    mirror_url: null,
    homepage: null,
    language: "HCL",
    forks_count: 0,
    forks: 0,
    stargazers_count: 0,
    watchers_count: 0,
    watchers: 0,
    size: 1,
    default_branch: world.defaultBranch,
    open_issues_count: open,
    open_issues: open,
    is_template: false,
    topics: [],
    has_issues: world.state.hasIssues,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_downloads: false,
    has_discussions: false,
    archived: false,
    disabled: false,
    visibility: "private",
    pushed_at: world.now(),
    created_at: BORN,
    updated_at: world.now(),
    license: null,
    network_count: 0,
    subscribers_count: 0,
  };
}
