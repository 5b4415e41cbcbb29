import { actionsRoutes } from "./actions.ts";
import { commentRoutes } from "./comments.ts";
import { environmentRoutes } from "./environments.ts";
import { gitRoutes } from "./git.ts";
import { issueRoutes } from "./issues.ts";
import { labelRoutes } from "./labels.ts";
import { pullRequestRoutes } from "./pulls.ts";
import { repositoryRoutes } from "./repos.ts";
import type { Route } from "./route.ts";
import { settingsRoutes } from "./settings.ts";
import { statusRoutes } from "./statuses.ts";
import { userRoutes } from "./users.ts";

/** Everything that the local GitHub serves. */
export const allRoutes: readonly Route[] = [
  ...repositoryRoutes,
  ...issueRoutes,
  ...commentRoutes,
  ...labelRoutes,
  ...pullRequestRoutes,
  ...actionsRoutes,
  ...gitRoutes,
  ...statusRoutes,
  ...userRoutes,
  ...settingsRoutes,
  ...environmentRoutes,
];
