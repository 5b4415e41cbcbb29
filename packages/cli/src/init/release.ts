/** The release that the caller workflow uses. */
export type Release = { readonly repository: string; readonly ref: string };

/** The owner's name that stands for the one to be filled in. */
export const PLACEHOLDER_OWNER = "OWNER";

/** A release as `owner/repository@ref`, and why it is none where it is none. */
export function releaseOf(text: string): Release | { readonly wrong: string } {
  const like = "write it as owner/repository@ref, such as acme/pipelines@v1";
  const [, repository, ref] = /^([^@]*)@(.*)$/.exec(text) ?? [];
  if (repository === undefined || ref === undefined) return { wrong: `it names no tag, branch or commit; ${like}` };
  if (
    !/^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\/[A-Za-z0-9._-]+$/.test(repository) ||
    /\/\.{1,2}$/.test(repository)
  ) {
    return { wrong: `\`${repository}\` is no repository of GitHub; ${like}` };
  }
  if (!/^(?!-|\/)(?!.*(?:\.\.|\/\/|@\{))[^\s~^:?*[\\\x00-\x20\x7f"'`{}<>|;&$()#!]+(?<![./])$/.test(ref)) {
    return { wrong: `\`${ref}\` is no tag, branch or commit; ${like}` };
  }
  return { repository, ref };
}
