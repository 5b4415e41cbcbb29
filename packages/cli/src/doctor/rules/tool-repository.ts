import type { Caller } from "../caller.ts";
import type { Facts, ToolFacts } from "../facts.ts";
import { dangerous, type Found, good, missing, note } from "../finding.ts";
import { unseen } from "../look.ts";
import { approvalRule, branchRule } from "./environments.ts";

const PLACEHOLDER = "OWNER";

/** Whether the repository whose workflow is called can be used, and stays what was looked at. */
export function toolRules(facts: Facts): Found[] {
  const caller = facts.checkout.callers.callers.find(({ tool }) => tool.kind === "repository");
  if (facts.tool === null || caller?.tool.kind !== "repository") return [];
  if (facts.tool.owner === PLACEHOLDER) {
    return [
      missing(
        "tool/owner",
        `${caller.file} still calls OWNER/${facts.tool.name}.`,
        `in ${caller.file}: put your release's owner in the place of OWNER`,
      ),
    ];
  }
  return [
    ...reachRules(facts, facts.tool),
    ...pinRules(caller, facts.tool, caller.tool.ref),
    ...ownerRules(facts, facts.tool),
    ...releaseRules(facts, facts.tool),
  ];
}

const nameOf = ({ owner, name }: ToolFacts): string => `${owner}/${name}`;

function reachRules({ place, repository }: Facts, tool: ToolFacts): Found[] {
  const id = "tool/access";
  const name = nameOf(tool);
  if (tool.repository.kind !== "seen") {
    return tool.repository.kind === "refused" ? [unseen(id, `${name}, whose workflow is called`, tool.repository)] : [];
  }
  if (tool.repository.value.isPublic) return [good(id, `${name} is public: its workflow can be called.`)];
  if (tool.access.kind !== "seen") {
    return tool.access.kind === "refused"
      ? [unseen(id, `who may use the workflows of ${name}, which is private`, tool.access)]
      : [];
  }
  const fix = `${place.serverUrl}/${name}/settings/actions → Access: repositories of the organization; or gh api --method PUT repos/${name}/actions/permissions/access -f access_level=organization`;
  if (tool.access.value === "none") {
    return [
      missing(
        id,
        `${name} is private and lets no other repository use its workflows: every run fails before it starts.`,
        fix,
      ),
    ];
  }
  const isSameOwner = sameOwner(repository.fullName, tool);
  return [
    tool.access.value !== "enterprise" && !isSameOwner
      ? missing(
          id,
          `${name} is private and may be used by its own owner's repositories alone.`,
          `fork it into ${repository.fullName.split("/", 1)[0]}`,
        )
      : good(id, `${name} is private, and this repository may use its workflows.`),
  ];
}

const sameOwner = (fullName: string, tool: ToolFacts): boolean =>
  fullName.split("/", 1)[0]?.toLowerCase() === tool.owner.toLowerCase();

function pinRules({ file }: Caller, tool: ToolFacts, ref: string): Found[] {
  const id = "tool/pinned";
  const name = nameOf(tool);
  const isCommit = /^[0-9a-f]{40}$/.test(ref);
  const to = tool.commit.kind === "seen" ? tool.commit.value : "<commit>";
  const fix = `in ${file}: uses: ${name}/.github/workflows/pipelines.yml@${to}`;
  if (!isCommit) {
    return [missing(id, `\`@${ref}\` is a tag or branch: who moves it changes what runs with your roles.`, fix)];
  }
  if (tool.commit.kind === "refused" && tool.repository.kind === "seen") {
    return [
      missing(
        id,
        `${name} has no commit ${ref}, or this token may not see it (${tool.commit.said}).`,
        "name a release's commit",
      ),
    ];
  }
  return [
    good(
      id,
      "it is pinned to a commit. GitHub shows commits of forks under this name too: look at the release that it belongs to.",
    ),
  ];
}

/** Self-hosted runners, and secrets of the caller's environments, are for workflows of the same owner. */
function ownerRules({ repository, runners }: Facts, tool: ToolFacts): Found[] {
  const id = "tool/owner";
  if (sameOwner(repository.fullName, tool)) return [good(id, `${nameOf(tool)} has the same owner.`)];
  const hasOwn = runners.some((look) => look.kind === "seen" && look.value.length > 0);
  const text = `${nameOf(tool)} has another owner: its jobs can't use self-hosted runners of yours, and secrets of your environments may not reach them.`;
  const fix = `fork it into ${repository.fullName.split("/", 1)[0]}, and call that`;
  return [hasOwn ? missing(id, text, fix) : note(id, text, fix)];
}

/** A fork of one's own is released from one's own environment. */
function releaseRules(facts: Facts, tool: ToolFacts): Found[] {
  const id = "tool/release";
  const name = nameOf(tool);
  if (!sameOwner(facts.repository.fullName, tool)) {
    return [note(id, `who may release ${name} is decided there, and was not looked at.`)];
  }
  if (tool.release.kind !== "seen") {
    return tool.release.kind === "refused"
      ? [unseen(id, `the environment \`release\` of ${name}`, tool.release)]
      : [note(id, `the environment \`release\` of ${name} was not looked at.`)];
  }
  const [release] = tool.release.value;
  const page = `${facts.place.serverUrl}/${name}/settings/environments`;
  if (release === undefined) {
    return [
      note(
        id,
        `${name} has no environment \`release\`: should releases be made there, whoever can write can make them.`,
        `${page}: \`release\`, with reviewers and the branch \`main\` alone`,
      ),
    ];
  }
  const there: Facts = { ...facts, deployBranch: "main", repository: { ...facts.repository, fullName: name } };
  const [approval, branch] = [approvalRule(there, release), branchRule(there, release)];
  const weak = [approval, branch].filter(({ state }) => state !== "good");
  return weak.length === 0
    ? [good(id, `${name}: a release needs its reviewers, from \`main\`.`)]
    : weak.map((finding) => (finding.state === "note" ? finding : dangerous(id, `${name}: ${finding.text}`, page)));
}
