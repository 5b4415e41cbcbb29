import type { Configuration } from "@pipelines/core/configuration/schema";

/** What somebody wants to be told of. */
export type NotificationEvent = NonNullable<Configuration["notifications"]>["events"][number];

/** One message about one thing, in no service's format. All of it is one line each, masked, and no markup. */
export type Message = {
  readonly event: NotificationEvent;
  /** The same thing has the same key in every run: where a service allows it, its message is edited. */
  readonly key: string;
  readonly icon: string;
  readonly title: string;
  /** Repository, commit, pull request: short. */
  readonly facts: readonly string[];
  readonly lines: readonly string[];
  readonly link: { readonly text: string; readonly url: string };
};

/** What of earlier messages is over: the text that takes their place; `null` for those that stand. */
export type Settled = (key: string) => string | null;

/** All that a report has to say to the services. */
export type Notification = { readonly messages: readonly Message[]; readonly settled: Settled };

/** More than this is read on the run's page. */
export const MOST_LINES = 12;
