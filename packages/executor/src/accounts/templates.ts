import type { CommitSha } from "@pipelines/core/contracts/comparison";
import type { Repository } from "@pipelines/core/git/repository";
import type { AccountTemplate } from "./render.ts";

/** The templates of an account's first code at a commit. */
export async function readTemplates(
  repository: Repository,
  commit: CommitSha,
  folder: string,
): Promise<AccountTemplate[]> {
  const prefix = `${folder.replace(/\/$/, "")}/`;
  const files = (await repository.tree(commit)).filter(
    (entry) => entry.kind === "file" && entry.path.startsWith(prefix),
  );
  const templates: AccountTemplate[] = [];
  for (const { path: file } of files) {
    const content = await repository.read(commit, file);
    if (content !== null) templates.push({ file, path: file.slice(prefix.length), content });
  }
  return templates;
}
