import type { AffectedUnit, Reason, Relation, Withheld } from "@pipelines/core/contracts/affected-unit";

/** How a file comes to a unit, in the fewest words. */
const RELATIONS: Readonly<Record<Relation, string>> = {
  "in the folder of": "its own",
  "included by": "included",
  "read by": "read",
  "file of the module of": "its module",
  "called by the module of": "called by its module",
  generates: "generates it",
  "configured as read by": "extra_reads",
  "settings of": "its settings",
  "asked for": "asked for",
  "due since": "due",
  "may be read by": "may be read",
};

/** The first reason of a unit, and how many more there are: `root.hcl (included) +4`. */
export function firstReason({ path, status, because }: AffectedUnit): string {
  const [first] = because;
  if (first === undefined) return "";
  const more = because.length > 1 ? ` +${because.length - 1}` : "";
  if (status === "added") return `new${more}`;
  if (status === "deleted") return `removed${more}`;
  const relation = first.links[0]?.relation;
  if (relation === "asked for" || relation === "due since") return `${RELATIONS[relation]}${more}`;
  if (relation === "in the folder of") return `${withoutFolder(first.file, path)}${more}`;
  return `${first.file}${relation === undefined ? "" : ` (${RELATIONS[relation]})`}${more}`;
}

function withoutFolder(file: string, folder: string): string {
  return file.startsWith(`${folder}/`) ? file.slice(folder.length + 1) : file;
}

/** A whole chain: `HclChanged root.hcl ← included by ← prod/vpc`. */
export function chainOf({ change, file, links }: Reason): string {
  return [change, file, ...links.map(({ relation, path }) => `← ${relation} ← ${path}`)].join(" ");
}

const RULES: Readonly<Record<Withheld["by"], string>> = {
  "remaining-dependents": "still used",
  "needed-apply": "waits for the units that used it",
  exists: "still on the branch",
  move: "moved",
  "destroy-denied": "destroys are denied",
  protected: "protected",
  paused: "applies are paused",
  "account-deletion": "by hand",
  promotion: "waits for an environment that comes first",
  "new-environment": "its environment is new",
  "mocked-outputs": "waits for outputs of units that are not applied",
  excluded: "excluded",
};

/** What else is worth a word in the line of a unit. */
export function marksOf({ withheld, willBeWithheld, notEvaluated, due, movedWith }: AffectedUnit): string[] {
  return [
    ...(withheld === undefined ? [] : [`does not run: ${RULES[withheld.by]}`]),
    ...(willBeWithheld === undefined ? [] : [`not done by merging: ${RULES[willBeWithheld.by]}`]),
    ...(movedWith === undefined ? [] : [`the other half of its move: ${movedWith}`]),
    ...(due === undefined ? [] : [`due since ${due.since.slice(0, 10)}: ${due.why}`]),
    ...(notEvaluated === undefined ? [] : ["not evaluated"]),
  ];
}
