import { describe, expect, it } from "vitest";
import { createMarkdown } from "./markdown.ts";

const render = createMarkdown((address) => (address.endsWith("/pull/1") ? "#1" : null));

describe("Markdown", () => {
  it.each([
    { what: "a table", text: "| a | b |\n|---|---|\n| 1 | 2 |", shows: "<td>1</td>" },
    {
      what: "a fold",
      text: "<details open><summary>Plan</summary>\n\n**x**\n\n</details>",
      shows: "<details open><summary>Plan</summary>",
    },
    {
      what: "Markdown inside a fold",
      text: "<details><summary>a</summary>\n\n**x**\n\n</details>",
      shows: "<strong>x</strong>",
    },
    { what: "a task list", text: "- [x] done\n- [ ] open", shows: "☑ done" },
    { what: "an emoji's name", text: "all well :white_check_mark:", shows: "all well ✅" },
    { what: "a name that is no emoji", text: "a:constructor:b", shows: "a:constructor:b" },
    { what: "an added line", text: "```diff\n+ new\n- old\n```", shows: '<span class="line add">+ new\n</span>' },
    { what: "a picture", text: "```mermaid\ngraph LR\n  a --> b\n```", shows: '<img class="drawing" alt="graph LR' },
    { what: "the source of what is no picture", text: "```mermaid\nno\n```", shows: '<pre class="mermaid">no' },
    { what: "an alert", text: "> [!WARNING]\n> careful", shows: 'class="alert warning"' },
    { what: "a link to a pull request", text: "[one](https://github.com/acme/live/pull/1)", shows: 'href="#1"' },
    { what: "a line break inside a cell", text: "| a |\n|---|\n| 1<br>2 |", shows: "1<br />2" },
  ])("shows $what", ({ text, shows }) => {
    expect(render(text)).toContain(shows);
  });

  it.each([
    "<script>alert(1)</script>",
    "text <img src=x onerror=alert(1)> text",
    '<details ontoggle="alert(1)">x</details>',
    '<a href="javascript:alert(1)">x</a>',
    "<a href=javascript:alert(1)>x</a>",
    "[x](javascript:alert(1))",
    "<style>* { display: none }</style>",
    '<iframe src="https://example.com"></iframe>',
    "![x](https://example.com/pixel.png)",
  ])("lets nothing active or foreign through: %s", (text) => {
    expect(render(text)).not.toMatch(/<(script|img|style|iframe)|<[^>]*\son\w+=|href="?javascript/i);
  });

  it("drops hidden markers", () => {
    expect(render('<!-- pipelines: {"run": 1} -->\nHello')).not.toContain("pipelines");
  });

  it("keeps a text from breaking out of its place", () => {
    expect(render("</div></details><details>\n\nopen")).toBe("<details>\n<p>open</p>\n</details>");
  });
});
