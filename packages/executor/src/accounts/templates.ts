import type { Configuration } from "@pipelines/core/configuration/schema";
import type { CommitSha } from "@pipelines/core/contracts/comparison";
import type { Repository } from "@pipelines/core/git/repository";

/** One file by its path from the repository's root. */
export type AccountFile = { readonly path: string; readonly content: string };

/** A template: where it lies in the repository, and the path that it is rendered to, with placeholders in it. */
export type AccountTemplate = AccountFile & { readonly file: string };

/** What an account's code is made of at a commit. */
export type AccountTemplates = {
  readonly files: readonly AccountTemplate[];
  /** The template of its environment; `null` where there is none. */
  readonly environment: { readonly file: string; readonly content: string } | null;
};

/** What a repository without templates of its own gets: enough for units to read the account's name and id. */
const DEFAULT_TEMPLATE = {
  file: "account.hcl",
  content: 'locals {\n  name = "{{ account.name }}"\n  id   = "{{ account.id }}"\n}\n',
};

/** Reads the templates of a commit: those of the account's folder, those of other places, that of the environment. */
export async function readTemplates(
  repository: Pick<Repository, "tree" | "read">,
  commit: CommitSha,
  { folder, templates, root_templates, environment }: Configuration["accounts"],
): Promise<AccountTemplates> {
  const tree = (await repository.tree(commit)).filter(({ kind }) => kind === "file");
  const below = async (from: string, to: string): Promise<AccountTemplate[]> => {
    const prefix = `${from.replace(/\/$/, "")}/`;
    const found = tree.filter(({ path }) => path.startsWith(prefix));
    return Promise.all(
      found.map(async ({ path: file }) => {
        const content = (await repository.read(commit, file)) ?? "";
        return { file, path: `${to}${file.slice(prefix.length)}`, content };
      }),
    );
  };
  const [own, others] = await Promise.all([below(templates, `${folder}/`), below(root_templates, "")]);
  const content = await repository.read(commit, environment);
  return {
    files: [...(own.length === 0 ? [{ ...DEFAULT_TEMPLATE, path: `${folder}/account.hcl` }] : own), ...others],
    environment: content === null ? null : { file: environment, content },
  };
}
