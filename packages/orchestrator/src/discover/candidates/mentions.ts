import { FILE_FUNCTIONS, isKnownFunction } from "../../hcl/functions.ts";

/**
 * What a text of Terragrunt's HCL names by paths, as far as a look at its words tells. Comments and strings count like
 * anything else, so that it is never less than what the text refers to.
 */
export type Mentions = {
  /** Names that `find_in_parent_folders` looks for. */
  readonly parents: ReadonlySet<string>;
  /** Ends of paths of files and of local sources, from wherever they start. */
  readonly paths: ReadonlySet<string>;
  /** Ends of paths of dependencies. */
  readonly dependencies: ReadonlySet<string>;
  /** Those of `parents` and `paths` that it may include. */
  readonly includes: ReadonlySet<string>;
};

/** Words that give a path: functions, and attributes of blocks. What else a text may say reads nothing. */
const WORDS =
  /([A-Za-z_][\w-]*)[ \t\r\n]*\(|\b(source|path|paths|config_path)[ \t]*=(?!=)|\/\*|\b(?:execute|required_var_files|optional_var_files)\b|-var-file|(?:#|\/\/)[^\n]*\n\s*\(/g;

/** Where a path may start; the paths are compared by their ends. */
const START =
  '\\$\\{\\s*(?:(?:get_terragrunt_dir|get_original_terragrunt_dir|get_repo_root|get_path_to_repo_root|get_parent_terragrunt_dir|path_relative_from_include)\\((?:"\\w+")?\\)|path\\.module|dirname\\(find_in_parent_folders\\(\\s*(?:"(?<above>[\\w./@-]+)"\\s*)?\\)\\))\\s*\\}(?=[/"])';
/** No brackets and commas in it, so that what stands between two strings is never taken for one. */
const QUOTED = new RegExp(`\\s*"(?<start>${START})?(?<path>[\\w./@:?=&+~ -]*)"`, "y");
const PLAIN = /\s*"(?<path>[\w./@:?=&+~ -]*)"/y;
const END_OF_LINE = /[ \t\r]*(?=\n|\}|#|\/\/|$)/y;
const END_OF_ARGUMENT = /\s*(?=[,)])/y;
const PARENTS = /\s*find_in_parent_folders\(/y;
const OPEN_LIST = /\s*\[/y;
const COMMA = /\s*,?/y;
const CLOSE_LIST = /\s*\]/y;
const CLOSE = /\s*,?\s*\)/y;

/** What a text mentions, or `null` where only its parsed expressions tell. */
export function mentionsIn(text: string): Mentions | null {
  const reader = new MentionsReader(text);
  return reader.read() ? reader : null;
}

class MentionsReader implements Mentions {
  readonly parents = new Set<string>();
  readonly paths = new Set<string>();
  readonly dependencies = new Set<string>();
  readonly includes = new Set<string>();
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether everything was understood. */
  read(): boolean {
    for (;;) {
      WORDS.lastIndex = this.#at;
      const word = WORDS.exec(this.#text);
      if (word === null) return true;
      this.#at = WORDS.lastIndex;
      const [, call, attribute] = word;
      if (call !== undefined ? !this.#call(call) : attribute === undefined || !this.#attribute(attribute)) return false;
    }
  }

  #call(name: string): boolean {
    if (name === "find_in_parent_folders") return this.#parents() !== null;
    if (FILE_FUNCTIONS.has(name) || name === "read_terragrunt_config" || name === "fileexists") {
      return this.#path() !== null && this.#match(END_OF_ARGUMENT) !== null;
    }
    return name !== "fileset" && name !== "run_cmd" && isKnownFunction(name);
  }

  #attribute(name: string): boolean {
    if (name === "paths") return this.#list();
    if (name === "path") {
      const named = this.#path();
      for (const path of named ?? []) this.includes.add(path);
      return named !== null && this.#match(END_OF_LINE) !== null;
    }
    const ends = name === "source" ? this.paths : this.dependencies;
    return this.#quoted(ends, name === "source") !== null && this.#match(END_OF_LINE) !== null;
  }

  /** A path as a string, or as what is looked for above; gives its ends. */
  #path(): string[] | null {
    if (this.#match(PARENTS) !== null) return this.#parents();
    return this.#quoted(this.paths, false);
  }

  /** The arguments of `find_in_parent_folders`. */
  #parents(): string[] | null {
    const name = this.#match(PLAIN)?.["path"] ?? "terragrunt.hcl";
    this.#match(COMMA);
    const fallback = this.#match(PLAIN)?.["path"];
    if (this.#match(CLOSE) === null) return null;
    const ends = [endOf(name), ...(fallback === undefined || fallback === "" ? [] : [endOf(fallback)])];
    const [parent, other] = ends;
    if (parent === undefined || parent === null || parent === "" || other === null || other === "") return null;
    this.parents.add(parent);
    if (other !== undefined) this.paths.add(other);
    return other === undefined ? [parent] : [parent, other];
  }

  #list(): boolean {
    if (this.#match(OPEN_LIST) === null) return false;
    while (this.#match(CLOSE_LIST) === null) {
      if (this.#quoted(this.dependencies, false) === null) return false;
      this.#match(COMMA);
    }
    return true;
  }

  #quoted(into: Set<string>, isSource: boolean): string[] | null {
    const quoted = this.#match(QUOTED);
    if (quoted === null) return null;
    const { start, above, path = "" } = quoted;
    if (above !== undefined || start?.includes("find_in_parent_folders") === true) {
      const parent = endOf(above ?? "terragrunt.hcl");
      if (parent === null || parent === "") return null;
      this.parents.add(parent);
    }
    if (isSource && start === undefined && (path === "." || path === "./" || /^\w+::|^\w+:\/\/|^\w+@/.test(path)))
      return [];
    const end = endOf(isSource ? (path.split("?", 1)[0] ?? path).replace("//", "/") : path);
    // A path to a folder above may mean any of them.
    if (end === null || end === "") return null;
    into.add(end);
    return [end];
  }

  #match(pattern: RegExp): Record<string, string | undefined> | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return null;
    this.#at = pattern.lastIndex;
    return found.groups ?? {};
  }
}

/** A path without what leads to where it starts; `null` when it goes up further on. */
function endOf(path: string): string | null {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  while (parts[0] === "..") parts.shift();
  return parts.includes("..") ? null : parts.join("/");
}
