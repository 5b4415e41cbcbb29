/** What may go wrong between a client and GitHub. Each is injected once, into one matching request. */
export type Fault =
  /** Answers a status without doing anything. */
  | {
      readonly kind: "status";
      readonly status: number;
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Waits, then does what was asked. */
  | { readonly kind: "delay"; readonly milliseconds: number }
  /** Closes the connection without doing anything. */
  | { readonly kind: "drop" }
  /** Does what was asked, then closes the connection without an answer. */
  | { readonly kind: "store-then-drop" }
  /** Does what was asked, but answers this status. */
  | { readonly kind: "store-then-status"; readonly status: number }
  /** Answers 200 with a web page, as a proxy in between does. */
  | { readonly kind: "html" }
  /** Answers 200 with half of the body and closes the connection. */
  | { readonly kind: "truncate" }
  /** Never answers. */
  | { readonly kind: "hang" }
  /** Answers as GitHub does over a rate limit. */
  | { readonly kind: "rate-limit"; readonly limit: "primary" | "secondary"; readonly seconds: number }
  /** Nothing wrong with this one: for sequences. */
  | { readonly kind: "none" };

/** Which requests: by method and by path, without the query. */
export type FaultMatch = { readonly method?: string; readonly path: RegExp };

export type Faults = {
  /** Injects faults, in this order, into the next requests that match. */
  readonly next: (match: FaultMatch, ...faults: readonly Fault[]) => void;
  /** Injects the same fault into every request that matches, until `clear`. */
  readonly always: (match: FaultMatch, fault: Fault) => void;
  /** Forgets all faults that were not used. */
  readonly clear: () => void;
  /** How many faults of `next` still wait for their request. */
  readonly pending: () => number;
};

type Rule = { readonly match: FaultMatch; readonly queue: Fault[]; readonly always: Fault | null };

/** The faults that tests ask for, and the side of the server that takes them. */
export function createFaults(): { readonly faults: Faults; readonly take: (method: string, path: string) => Fault } {
  let rules: Rule[] = [];
  return {
    faults: {
      next(match, ...faults) {
        rules.push({ match, queue: [...faults], always: null });
      },
      always(match, fault) {
        rules.push({ match, queue: [], always: fault });
      },
      clear() {
        rules = [];
      },
      pending: () => rules.reduce((sum, rule) => sum + rule.queue.length, 0),
    },
    take(method, path) {
      const fits = ({ match }: Rule): boolean =>
        (match.method === undefined || match.method === method) && path.search(match.path) >= 0;
      const rule = rules.find(
        (candidate) => fits(candidate) && (candidate.queue.length > 0 || candidate.always !== null),
      );
      return rule?.queue.shift() ?? rule?.always ?? { kind: "none" };
    },
  };
}

/** The headers and message of GitHub's answer over a rate limit. `now` in milliseconds. */
export function rateLimited(limit: "primary" | "secondary", seconds: number, now: number) {
  if (limit === "secondary") {
    return {
      status: 403,
      headers: { "retry-after": String(seconds) },
      message: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
    };
  }
  return {
    status: 403,
    headers: {
      "x-ratelimit-limit": "1000",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": String(Math.ceil(now / 1000) + seconds),
    },
    message: "API rate limit exceeded for installation.",
  };
}
