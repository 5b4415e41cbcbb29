const PRODUCTION = new Set(["prod", "production", "prd"]);

/** Names of environments that are not production. */
const STAGES = new Set(
  "dev develop development devel nonprod nonproduction preprod preproduction stage staging stg qa uat test testing tst sit int integration perf sandbox sbx poc demo playground".split(
    " ",
  ),
);

const plain = (name: string): string => name.toLowerCase().replace(/^_+/, "").replace(/[-_ ]/g, "");
/** `prod-0` and `dev2` are as good as `prod` and `dev`. */
const withoutNumber = (name: string): string => plain(name).replace(/\d+$/, "");

export const isProductionName = (name: string): boolean => PRODUCTION.has(withoutNumber(name));
export const isStageName = (name: string): boolean => STAGES.has(withoutNumber(name));

/** Whether one of a name's words is that of an environment: `crates-io-staging`. */
export function speaksOfStage(name: string): boolean {
  return name.split(/[-_. ]/).some((word) => isProductionName(word) || isStageName(word));
}

/** Whether production is meant, as far as a name says. */
export function meansProduction(name: string): boolean {
  const words = name.split(/[-_. ]/);
  return words.some(isProductionName) && !/^(?:non|pre)/.test(plain(name));
}

const AWS_REGION = /^[a-z]{2,4}(?:-(?:gov|iso[a-z]?))?-(?:north|south|east|west|central)(?:east|west)?-\d$/;
const OTHER_REGION = /^(?:(?:north|south|east|west|central)+[a-z]*\d?|[a-z]+-(?:north|south|east|west|central)+\d)$/;

/** Whether a folder's name is a region of AWS. */
export const isAwsRegion = (name: string): boolean => AWS_REGION.test(name);

/** Whether a folder is named after a region of some cloud, or after all of them. */
export const isRegionName = (name: string): boolean =>
  isAwsRegion(name) || OTHER_REGION.test(name) || /^_?(?:global|regional)$/.test(name);

/** What is shown or copied, by its folder's name: it seldom runs by itself. */
const ASIDE =
  /^[._]*(?:skel(?:eton)?s?|boilerplates?|examples?|samples?|modules?|templates?|catalog(?:ue)?s?|fixtures?|mocks?|attic)$|^_(?:common|envcommon|shared)$|^\.terragrunt/i;

/** The folder on a unit's path that says it is an example, a module or a copy; `null` where none does. */
export function asideFolder(unit: string): string | null {
  const parts = unit.split("/");
  const index = parts.findIndex((name) => ASIDE.test(name));
  // What lies in an environment is meant to run there, whatever it is called.
  if (index < 0 || parts.slice(0, index).some(speaksOfStage)) return null;
  return parts.slice(0, index + 1).join("/");
}
