import { describe, expect, it } from "vitest";
import { renderAccount } from "./render.ts";

const account = { name: "stage", id: "333333333333", email: "stage@example.com" };

describe("the first code of an account", () => {
  it("is an account.hcl with name and id where the repository has no templates", () => {
    expect(renderAccount(account, [])).toEqual([
      { path: "stage/account.hcl", content: 'locals {\n  name = "stage"\n  id   = "333333333333"\n}\n' },
    ]);
  });

  it("comes from the repository's templates, in paths as well, and leaves HCL's own templates alone", () => {
    const templates = [
      { path: "_global/__name__-baseline/terragrunt.hcl", content: 'a = "<%= email %>"\nb = "${local.x}"\n' },
    ];
    expect(renderAccount(account, templates)).toEqual([
      { path: "stage/_global/stage-baseline/terragrunt.hcl", content: 'a = "stage@example.com"\nb = "${local.x}"\n' },
    ]);
  });

  it("names the template that does not render", () => {
    expect(() => renderAccount(account, [{ path: "broken.hcl", content: "<%= nobody %>" }])).toThrow(/^broken\.hcl: /);
  });
});
