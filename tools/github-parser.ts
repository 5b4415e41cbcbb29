import { existsSync, globSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { basename, join } from "node:path";
import { FeatureFlags } from "@actions/expressions";
import type { ActionMetadata, ActionReference } from "@actions/languageservice/action";
import type { FileReference } from "@actions/workflow-parser/workflows/file-reference";
import { TextDocument } from "vscode-languageserver-textdocument";
import { parse } from "yaml";
import { z } from "zod";

// @actions/workflow-parser 0.3.61 imports its schema as JSON without saying so, which Node refuses.
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    return resolved.url.endsWith(".json") ? { ...resolved, importAttributes: { type: "json" } } : resolved;
  },
});
const { registerLogger, validate } = await import("@actions/languageservice");

/** A workflow, action or example, and where it is read. */
export type Text = { readonly file: string; readonly firstLine: number; readonly text: string };
export type ParserProblem = { readonly file: string; readonly line: number; readonly message: string };

/** What a reference to a release of ours names: examples call it by any owner. */
const OURS = /^[^/]+\/pipelines\/(?<path>(?:actions|\.github\/workflows)\/.+)$/;

const Action = z.object({
  name: z.string(),
  description: z.string(),
  inputs: z
    .record(
      z.string(),
      z.object({ description: z.string(), required: z.boolean().optional(), default: z.string().optional() }),
    )
    .default({}),
});

let documents = 0;

/**
 * What GitHub's own parser says of workflows and actions: schema, expressions with the contexts that are there at their
 * place, inputs and secrets of actions and workflows that are called; and, as the runner adds, whether a called workflow
 * asks for more permissions than its caller has.
 *
 * @param root the repository that `$/` and references to releases of it are read from
 */
export async function problemsOf(texts: readonly Text[], root: string): Promise<ParserProblem[]> {
  const problems: ParserProblem[] = [];
  for (const { file, firstLine, text } of texts) {
    // What the validator stumbles over itself, it only logs.
    const report = (message: string): unknown => problems.push({ file, line: firstLine, message });
    registerLogger({ error: report, warn: report, info: () => undefined, log: () => undefined });
    // A document's name says workflow from action, and what was read under a name is never read again.
    documents += 1;
    const kind = basename(file) === "action.yml" ? "action.yml" : ".github/workflows/workflow.yml";
    const uri = `file:///${documents}/${kind}`;
    const found = await validate(TextDocument.create(uri, "yaml", 1, text), {
      featureFlags: new FeatureFlags({ all: true }),
      fileProvider: {
        async getFileContent(reference) {
          const path = pathOf(reference);
          const name = [path, `${path}/action.yml`].find(
            (each) => each.endsWith(".yml") && existsSync(join(root, each)),
          );
          if (name === undefined) throw new Error(`there is no ${path}`);
          return { name, content: readFileSync(join(root, name), "utf8") };
        },
      },
      actionsMetadataProvider: { fetchActionMetadata: async (reference) => metadataOf(reference, root) },
    });
    for (const { message, range } of found) {
      const said = typeof message === "string" ? message : message.value;
      problems.push({ file, line: firstLine + range.start.line, message: said });
    }
    for (const message of excessivePermissions(text, root)) problems.push({ file, line: firstLine, message });
  }
  return problems;
}

/** A path of this repository that a reference names, with `$/` or as a release of ours. */
function pathOf(reference: FileReference): string {
  if (!("repository" in reference)) return reference.path;
  const name = `${reference.owner}/${reference.repository}/${reference.path}`;
  return OURS.exec(name)?.groups?.["path"] ?? name;
}

/** Actions of others are known as far as the tests' stand-ins know them; of one without a stand-in nothing is known. */
function metadataOf({ owner, name, path = "" }: ActionReference, root: string): ActionMetadata {
  const own = OURS.exec(`${owner}/${name}/${path}`)?.groups?.["path"];
  const folder = own ?? `e2e/act/stand-ins/actions/${name}`;
  if (!existsSync(join(root, folder, "action.yml"))) return { name, description: "" };
  const action = Action.parse(parse(readFileSync(join(root, folder, "action.yml"), "utf8")));
  const inputs = Object.entries(action.inputs).map(([input, { description, required = false, default: value }]) => [
    input,
    { description, required, ...(value === undefined ? {} : { default: value }) },
  ]);
  return { name, description: action.description, inputs: Object.fromEntries(inputs) };
}

const Levels = z.record(z.string(), z.enum(["read", "write", "none"]));
const Jobs = z.object({
  permissions: Levels.optional(),
  jobs: z.record(z.string(), z.object({ permissions: Levels.optional(), uses: z.string().optional() })),
});
const RANK = { none: 0, read: 1, write: 2 };

/**
 * Where a called workflow asks for more than its caller's job has, which GitHub refuses before any job starts (runner
 * 2.336.0, src/Sdk/WorkflowParser/Conversion/PermissionsHelper.cs): a job's own permissions count, else its workflow's.
 */
function excessivePermissions(text: string, root: string): string[] {
  const caller = Jobs.safeParse(parse(text)).data;
  return Object.values(caller?.jobs ?? {}).flatMap(({ uses = "", permissions = caller?.permissions }) => {
    const path = /^\$\/(.+)$/.exec(uses)?.[1] ?? OURS.exec(uses.split("@", 1)[0] ?? "")?.groups?.["path"];
    if (path === undefined || permissions === undefined || !existsSync(join(root, path))) return [];
    const called = Jobs.parse(parse(readFileSync(join(root, path), "utf8")));
    return Object.entries(called.jobs).flatMap(([name, job]) =>
      Object.entries(job.permissions ?? called.permissions ?? {})
        .filter(([scope, level]) => RANK[level] > RANK[permissions[scope] ?? "none"])
        .map(
          ([scope, level]) =>
            `the nested job '${name}' is requesting '${scope}: ${level}', but is only allowed '${scope}: ${permissions[scope] ?? "none"}'`,
        ),
    );
  });
}

/** The workflows and lists of steps among the examples of a page. */
export function examplesIn(file: string, page: string): Text[] {
  return [...page.matchAll(/^```ya?ml\n(?<text>[\s\S]*?)^```$/gm)].flatMap(({ groups, index }) => {
    const text = groups?.["text"] ?? "";
    const firstLine = page.slice(0, index).split("\n").length + 1;
    if (/^jobs:/m.test(text)) return [{ file, firstLine, text }];
    if (!/^- .*\buses:|^- (?:id|if|name):/m.test(text)) return [];
    const steps = text.replaceAll(/^(?=.)/gm, "      ");
    return [{ file, firstLine: firstLine - STEPS.split("\n").length + 1, text: `${STEPS}${steps}` }];
  });
}

/** What a list of steps is shown for: one job of a matrix. */
const STEPS = `on: pull_request
jobs:
  job:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        job: \${{ fromJSON('[]') }}
    steps:
`;

/** Everything of this repository that GitHub, or a reader's GitHub, is to understand. */
export function textsOf(root: string): Text[] {
  const own = globSync([".github/workflows/*.yml", "actions/*/action.yml"], { cwd: root });
  const pages = globSync(["README.md", "docs/**/*.md", "actions/*/README.md", "examples/**/*.md"], { cwd: root });
  return [
    ...own.toSorted().map((file) => ({ file, firstLine: 1, text: readFileSync(join(root, file), "utf8") })),
    ...globSync("examples/**/.github/workflows/*.yml", { cwd: root }).map((file) => ({
      file,
      firstLine: 1,
      text: readFileSync(join(root, file), "utf8"),
    })),
    ...pages.toSorted().flatMap((file) => examplesIn(file, readFileSync(join(root, file), "utf8"))),
  ];
}
