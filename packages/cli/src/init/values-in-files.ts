import { isAwsRegion } from "./names.ts";

/** A `key = value` of a text, be it HCL, YAML, JSON or a file of variables. */
type Pair = { readonly key: string; readonly value: string };

/** What files say, as texts: nothing is evaluated. Comments are left out. */
export function pairsIn(text: string): Pair[] {
  return linesOf(text).flatMap((line) => {
    return [...line.matchAll(/["']?([A-Za-z_][\w-]*)["']?\s*[:=]\s*["']?([^"'\s,}\]]+)/g)].map(
      ([, key = "", value = ""]) => ({ key, value }),
    );
  });
}

/** Lines that are no comments: what was commented out, or shows how it could be, is not so. */
const linesOf = (text: string): string[] => text.split("\n").filter((line) => !/^\s*(?:#|\/\/)/.test(line));

const isAccountId = (value: string): boolean => /^\d{12}$/.test(value);

/** The ids of accounts that a text names under a key such as `aws_account_id`, each once. */
export function accountIdsIn(text: string): string[] {
  const ids = [...pairsIn(text), ...allowedIn(text)].filter(
    ({ key, value }) => isAccountId(value) && /account|^id$/i.test(key),
  );
  // Beside its own, an account's file may name those of others: `management_account`.
  const own = ids.filter(({ key }) => /^(?:aws_?)?(?:account_?)?(?:id|number)$/i.test(key));
  return [...new Set((own.length > 0 ? own : ids).map(({ value }) => value))];
}

/** The accounts that a provider may touch: `allowed_account_ids = ["…"]`. */
function allowedIn(text: string): Pair[] {
  return linesOf(text).flatMap((line) => {
    const [, key = "", list = ""] = /\b(allowed_account_ids)["']?\s*[:=]\s*\[([^\]]*)\]/.exec(line) ?? [];
    return [...list.matchAll(/\b\d{12}\b/g)].map(([value]) => ({ key, value }));
  });
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/**
 * The id that a text gives to an account by its name: `dev = "…"`, `dev_account_id: …`, `"dev": { "id": "…" }`. `null`
 * where it gives none, or two.
 */
export function accountIdOf(name: string, text: string): string | null {
  const direct = pairsIn(text).filter(
    ({ key, value }) =>
      isAccountId(value) && plain(key.replace(/_?(?:aws_?)?account_?(?:ids?|numbers?)?_?/i, "")) === plain(name),
  );
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const nested = new RegExp(
    `(?:^|[\\s"'{,])${escaped}["']?\\s*[:=]\\s*\\{[^{}]*?["']?(?:account_?)?id["']?\\s*[:=]\\s*["']?(\\d{12})\\b`,
    "gim",
  );
  const found = new Set([
    ...direct.map(({ value }) => value),
    ...[...text.matchAll(nested)].flatMap(([, id]) => id ?? []),
  ]);
  const [first] = found;
  return found.size === 1 ? (first ?? null) : null;
}

/** The accounts whose roles a text names. */
export function accountsOfRoles(text: string): string[] {
  return [...new Set([...text.matchAll(/arn:aws[\w-]*:(?:iam|sts)::(\d{12}):/g)].flatMap(([, id]) => id ?? []))];
}

/** Ids that people write before they have one. */
export const isPlaceholder = (id: string): boolean => /^(\d)\1{11}$|^(?:0?123456789)/.test(id);

/** Regions of AWS that a text names under a key such as `aws_region`. */
export function regionsIn(text: string): string[] {
  return pairsIn(text).flatMap(({ key, value }) => (/region/i.test(key) && isAwsRegion(value) ? [value] : []));
}

/** What there is most of; the first by its name among equals. */
export function mostFrequent(names: readonly string[]): string | null {
  const counted = [...Map.groupBy(names, (name) => name)];
  const [best] = counted.toSorted(([a, as], [b, bs]) => bs.length - as.length || (a < b ? -1 : 1));
  return best?.[0] ?? null;
}

export type Cloud = "AWS" | "Azure" | "Google Cloud";

const SIGNS: readonly (readonly [Cloud, RegExp])[] = [
  ["AWS", /provider "?aws"?\b|hashicorp\/aws"|\baws_(?:region|account|profile)|arn:aws\b|terraform-aws-/],
  ["Azure", /hashicorp\/azu|provider "azu|\bazurerm\b|\bsubscription_id\b/],
  [
    "Google Cloud",
    /hashicorp\/google|provider "google|backend\s*=?\s*"gcs"|\bgcp_(?:project|region)|\bbilling_account\b/,
  ],
];

/** The clouds that a text speaks of. */
export function cloudsIn(text: string): Cloud[] {
  const said = linesOf(text).join("\n");
  return SIGNS.flatMap(([cloud, sign]) => (sign.test(said) ? [cloud] : []));
}
