import type { CommitSha } from "@pipelines/core/contracts/comparison";
import type { Repository } from "@pipelines/core/git/repository";
import type { AccountFile } from "./render.ts";

/** The templates of an account's first code at a commit, by their paths inside the template folder. */
export async function readTemplates(repository: Repository, commit: CommitSha, folder: string): Promise<AccountFile[]> {
  const prefix = `${folder.replace(/\/$/, "")}/`;
  const files = (await repository.tree(commit)).filter(
    (entry) => entry.kind === "file" && entry.path.startsWith(prefix),
  );
  const templates: AccountFile[] = [];
  for (const { path } of files) {
    const content = await repository.read(commit, path);
    if (content !== null) templates.push({ path: path.slice(prefix.length), content });
  }
  return templates;
}
