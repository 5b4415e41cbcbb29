import { z } from "zod";
import type { Client, Names } from "./stage.ts";

/** What every repository of a try-out begins with; nothing else is ever deleted. */
export const PREFIX = "pipelines-tryout-";

/** A repository that this very try-out asked for; without an id where GitHub did not say whether it made it. */
type Made = { readonly owner: string; readonly name: string; readonly description: string; readonly id: number | null };

/** The names of a try-out's repositories. */
export const namesOf = (owner: string, id: string): Names => ({
  owner,
  live: `${PREFIX}${id}-live`,
  tool: `${PREFIX}${id}-tool`,
});

/** Makes repositories in an organization, remembers which, and deletes those and no others. */
export type Repositories = {
  make(name: string, description: string): Promise<void>;
  /** Deletes what was made, the last first. Answers what could not be deleted, and why. */
  deleteAll(): Promise<string[]>;
  readonly made: readonly Made[];
};

export function repositoriesOf(client: Client, owner: string, visibility: "private" | "public"): Repositories {
  const made: Made[] = [];
  return {
    made,
    async make(name, description) {
      if (!name.startsWith(PREFIX)) throw new Error(`${name} is no name of a try-out's repository`);
      const index = made.push({ owner, name, description, id: null }) - 1;
      const { data } = await client.rest.repos.createInOrg({
        org: owner,
        name,
        description,
        private: visibility === "private",
        has_issues: true,
        has_wiki: false,
        has_projects: false,
      });
      made[index] = { owner, name: data.name, description, id: data.id };
    },
    async deleteAll() {
      const left: string[] = [];
      for (const repository of made.toReversed()) {
        const why = await deleteOne(client, repository);
        if (why !== null) left.push(`${repository.owner}/${repository.name}: ${why}`);
      }
      return left;
    },
  };
}

const Refusal = z.object({ status: z.number(), message: z.string() });

/** Deletes a repository when it is the one that was made: same name, same id. `null` when it is gone. */
async function deleteOne(client: Client, { owner, name, description, id }: Made): Promise<string | null> {
  const common = { owner, repo: name };
  try {
    const { data } = await client.rest.repos.get(common);
    // A repository that was renamed answers under its old name too; another may have taken the name since.
    const isOurs = data.name === name && name.startsWith(PREFIX) && data.description === description;
    if (!isOurs || (id !== null && data.id !== id)) return "it is not the one that was made";
    await client.rest.repos.delete(common);
    return null;
  } catch (error) {
    const refusal = Refusal.safeParse(error);
    if (!refusal.success) return String(error);
    if (refusal.data.status === 404) return null;
    return `${refusal.data.status} ${refusal.data.message.split("\n", 1)[0]}${refusal.data.status === 403 ? " (needs the scope delete_repo, or Administration: write)" : ""}`;
  }
}
