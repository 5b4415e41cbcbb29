import type { Assessment } from "@pipelines/core/contracts/assessment";
import { expect, test } from "vitest";
import { type Edits, makeRepository } from "./repository.ts";

const unit = 'terraform {\n  source = "."\n}\n';
const CONFIG = ".pipelines/config.yml";
const AWS = "aws: { account: prod, region: eu-west-1, plan_role: p, apply_role: a }";
const PROD = `environments:\n  prod:\n    paths: ["prod/**"]\n    ${AWS}\n  dev:\n    paths: ["dev/**"]\n`;
const FILES: Edits = {
  [CONFIG]: PROD,
  "accounts.yml": 'prod:\n  id: "111111111111"\n',
  "prod/vpc/terragrunt.hcl": unit,
  "prod/vpc/main.tf": "",
  "dev/vpc/terragrunt.hcl": unit,
  "dev/vpc/main.tf": "",
};

async function change(
  edits: Edits,
  event: "pull_request" | "push" = "pull_request",
  before: Edits = {},
): Promise<Assessment> {
  await using repository = await makeRepository({ ...FILES, ...before });
  await repository.commit(edits);
  // Awaited here: the repository is gone once this returns.
  return await repository.assess(event);
}
const told = ({ problems }: Assessment): string[] =>
  problems.map(({ file, line, message }) => `${file}:${line}: ${message}`);
const ran = ({ units }: Assessment): string[] => units.map(({ action, path }) => `${action} ${path}`);

test("a change of the configuration is checked against accounts and units; what may be meant is a notice", async () => {
  const assessment = await change({
    [CONFIG]: PROD.replace("account: prod", "account: prd").replace("dev/**", "dve/**"),
  });
  expect(told(assessment)).toEqual([
    `${CONFIG}:4: \`environments.prod.aws.account\` names no account: \`prd\`; did you mean \`prod\`?`,
  ]);
  expect(assessment.notices.join("\n")).toContain(
    `${CONFIG}:6: \`environments.dev.paths[0]\` is \`dve/**\`, which matches no unit; did you mean \`dev/**\`?`,
  );
  expect(assessment.notices.join("\n")).toContain("one unit (`dev/vpc`) is in no environment (prod, dev)");
});

test("an account that is taken out, and a unit that lands in two environments, are told where they are", async () => {
  expect(told(await change({ "accounts.yml": "other:\n  id: 1\n" }))).toEqual([
    `${CONFIG}:4: \`environments.prod.aws.account\` names no account: \`prod\`; accounts.yml has other; it has to be a key of it or an id of 12 digits`,
  ]);
  const shared = PROD.replace('"dev/**"', '"dev/**", "*/shared/**"');
  const assessment = await change({ "prod/shared/x/terragrunt.hcl": unit }, "pull_request", { [CONFIG]: shared });
  expect(told(assessment).join("\n")).toContain(
    `${CONFIG}:6: the environments \`prod\` and \`dev\` share one unit (\`prod/shared/x\`)`,
  );
});

test("what was wrong before stops no other change", async () => {
  const broken = PROD.replace("account: prod", "account: prd");
  const assessment = await change({ "dev/new/terragrunt.hcl": unit, "dev/new/main.tf": "" }, "pull_request", {
    [CONFIG]: broken,
  });
  expect([told(assessment), ran(assessment)]).toEqual([[], ["plan dev/new"]]);
  expect(assessment.notices.join("\n")).toContain("names no account: `prd`");
  const other = await change({ "dev/vpc/main.tf": "# edited\n" }, "pull_request", { [CONFIG]: broken });
  expect(other.notices.join("\n")).not.toContain("names no account");
});

test("units run whose variables, secrets, roles or environment change by the configuration, with the reason", async () => {
  const assessment = await change({ [CONFIG]: PROD.replace("apply_role: a", "apply_role: b") }, "push");
  expect([ran(assessment), told(assessment)]).toEqual([["apply prod/vpc"], []]);
  expect(assessment.units[0]?.because).toEqual([
    { change: "FileChanged", file: CONFIG, links: [{ relation: "settings of", path: "prod/vpc" }] },
  ]);
  expect(ran(await change({ [CONFIG]: `${PROD}    env: { STAGE: x }\n` }))).toEqual(["plan dev/vpc"]);
  expect(ran(await change({ [CONFIG]: `${PROD}    destroy: deny\n` }, "push"))).toEqual([]);
});

test("a base whose configuration can't be read is repaired by a change of the configuration alone, and named", async () => {
  await using repository = await makeRepository({ ...FILES, [CONFIG]: "environments:\n\tprod: {}\n" });
  const base = await repository.git("rev-parse", "--short=7", "HEAD");
  await repository.commit({ [CONFIG]: PROD });
  for (const event of ["pull_request", "push"] as const) {
    const assessment = await repository.assess(event);
    expect([told(assessment), ran(assessment)]).toEqual([[], []]);
    expect(assessment.notices.join("\n")).toContain(`${CONFIG} of the base commit ${base}:2: a tab is no indentation`);
  }
  await repository.git("reset", "--quiet", "--hard", "HEAD~1");
  await repository.commit({ [CONFIG]: PROD, "prod/vpc/main.tf": "# edited\n" });
  await expect(repository.assess()).rejects.toThrow(
    new RegExp(
      `of the base commit ${base}:2: a tab[\\s\\S]*Repair it in a pull request that changes nothing but the configuration`,
    ),
  );
});

test("a head whose configuration can't be read is told in people's words, with every mistake", async () => {
  await using repository = await makeRepository(FILES);
  await repository.commit({ [CONFIG]: `${PROD}    runer: x\nmoves: never\n` });
  await expect(repository.assess()).rejects.toThrow(
    /config\.yml:7: unknown key `runer`[\s\S]*config\.yml:8: `moves` is the text `never`/,
  );
});
