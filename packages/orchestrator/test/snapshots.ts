import { CommitSha } from "@pipelines/core/contracts/comparison";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { emptySnapshot, type Link, type Snapshot, type UnitFacts } from "../src/discover/snapshot.ts";

/** Units of one commit by their paths, each with what it reads and depends on. */
export type Sketch = Readonly<
  Record<
    string,
    {
      readonly included?: readonly string[];
      readonly reads?: readonly string[];
      /** Files of its local module. */
      readonly module?: readonly string[];
      readonly located?: readonly string[];
      readonly dependsOn?: readonly string[];
      /** Further files of the commit. */
      readonly files?: readonly string[];
      /** The content that a stack generates for it. */
      readonly generated?: string;
    }
  >
>;

/** A snapshot with these units, as if a commit held them. */
export function snapshotOf(letter: string, sketch: Sketch): Snapshot {
  const empty = emptySnapshot(CommitSha.parse(letter.repeat(40)));
  const files = new Map<string, string>();
  const facts = new Map<UnitPath, UnitFacts>();
  const generated = new Set<string>();
  for (const [
    name,
    { included = [], reads = [], module = [], located = [], dependsOn = [], ...more },
  ] of Object.entries(sketch)) {
    const path = UnitPath.parse(name);
    const file = `${name}/terragrunt.hcl`;
    files.set(file, more.generated ?? letter);
    for (const extra of more.files ?? []) files.set(extra, letter);
    if (more.generated !== undefined) generated.add(file);
    const link = (relation: Link["relation"]) => (read: string) => [read, [{ relation, path }]] as const;
    facts.set(path, {
      path,
      dependencies: dependsOn.map((unit) => UnitPath.parse(unit)),
      places: new Map(),
      reads: new Map([
        ...included.map(link("included by")),
        ...reads.map(link("read by")),
        ...module.map(link("file of the module of")),
      ]),
      located: new Set(located),
      notEvaluated: null,
      exclusion: null,
    });
  }
  return { ...empty, files, units: new Set(facts.keys()), facts, generated };
}
