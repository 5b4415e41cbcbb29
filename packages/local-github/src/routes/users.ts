import { HttpError, notFound } from "../http-error.ts";
import { publicUser } from "../shapes/user.ts";
import { ok, type Route } from "./route.ts";

export const userRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/user",
    needs: [],
    handle: ({ world, user }) => {
      // A workflow's token belongs to an app, and GitHub does not say who that is.
      if (user.type === "Bot") throw new HttpError(403, "Resource not accessible by integration");
      return ok(publicUser(world, user));
    },
  },
  {
    method: "GET",
    path: "/users/{username}",
    needs: [],
    handle: ({ world, params }) => {
      const user = world.state.users.get(params["username"] ?? "");
      if (user === undefined) throw notFound();
      return ok(publicUser(world, user));
    },
  },
];
