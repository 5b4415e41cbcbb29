import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** Everything that a configuration of Terragrunt can say, by name. */
export const Words = z.strictObject({
  /** Terragrunt's version. */
  version: z.string(),
  /** Blocks and attributes, each by its way from the file: `unit: terraform.extra_arguments.commands`. */
  configuration: z.array(z.string()),
  /** Terragrunt's own functions, without those that it takes over from OpenTofu. */
  functions: z.array(z.string()),
});
export type Words = z.infer<typeof Words>;

/** The Go types that Terragrunt decodes whole files into, by the name that the table gives the file. */
const ROOTS = {
  unit: ["terragruntConfigFile"],
  stack: ["StackConfigFile", "StackFileHCL", "unitsAndStacksHCL"],
} as const;

/** Go types that stand for one that Terragrunt decodes by hand, where it needs the block's label only. */
const DECODED_BY_HAND: Readonly<Record<string, string>> = { terragruntIncludeIgnore: "IncludeConfig" };

const FOLDERS = ["pkg/config", "pkg/config/hclparse", "internal/hclparse", "internal/remotestate"];

type Field = { readonly name: string; readonly kind: "block" | "attribute"; readonly type: string };

/**
 * Reads the words out of Terragrunt's Go source: the tags of the types that files are decoded into, and the constants
 * that name functions.
 *
 * @param source the folder of the module `github.com/gruntwork-io/terragrunt`
 */
export function wordsOf(source: string, version: string): Words {
  const types = new Map<string, Field[]>();
  let helpers = "";
  for (const folder of FOLDERS) {
    for (const file of readdirSync(join(source, folder)).toSorted()) {
      if (!file.endsWith(".go") || file.endsWith("_test.go")) continue;
      const text = readFileSync(join(source, folder, file), "utf8");
      if (file === "config_helpers.go") helpers = text;
      for (const [, name = "", body = ""] of text.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)) {
        types.set(name, [...(types.get(name) ?? []), ...fieldsIn(body)]);
      }
    }
  }
  const configuration = Object.entries(ROOTS).flatMap(([file, roots]) =>
    roots.flatMap((root) => below(root, types, []).map((path) => `${file}: ${path}`)),
  );
  const functions = [...helpers.matchAll(/^\tFuncName\w+\s*= "(\w+)"$/gm)].map(([, name = ""]) => name);
  if (configuration.length === 0 || functions.length === 0) {
    throw new Error(`no words of Terragrunt are found in ${source}: its source has another form now`);
  }
  return { version, configuration: sorted(configuration), functions: sorted(functions) };
}

const sorted = (texts: readonly string[]): string[] => [...new Set(texts)].toSorted();

/** The fields of a Go type that HCL is decoded into; a label is no word. */
function fieldsIn(body: string): Field[] {
  return [...body.matchAll(/^\t\w+\s+(\S+)\s+`[^`]*\bhcl:"([\w-]+)(?:,(\w+))?"/gm)].flatMap(
    ([, type = "", name = "", form = "attr"]): Field[] =>
      form === "label" || form === "remain" ? [] : [{ name, type, kind: form === "block" ? "block" : "attribute" }],
  );
}

/** The words below a Go type, each by its way from there. @param above the types around it: a block may hold itself */
function below(type: string, types: ReadonlyMap<string, readonly Field[]>, above: readonly string[]): string[] {
  return (types.get(type) ?? []).flatMap((field) => {
    const plain = field.type.replace(/^.*[*\]]/, "").replace(/^\w+\./, "");
    const inner = DECODED_BY_HAND[plain] ?? singular(plain, types);
    const further = field.kind === "block" && !above.includes(inner) ? below(inner, types, [...above, type]) : [];
    return [field.name, ...further.map((path) => `${field.name}.${path}`)];
  });
}

/** The type of a list that has a name of its own: `FeatureFlags` for `[]*FeatureFlag`. */
function singular(type: string, types: ReadonlyMap<string, unknown>): string {
  return types.has(type) ? type : type.replace(/s$/, "");
}
