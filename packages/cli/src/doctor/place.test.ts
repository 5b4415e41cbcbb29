import { describe, expect, test } from "vitest";
import { placeOf, tokenOf } from "./place.ts";

test.each([
  ["https://github.com/acme/live.git", "github.com", "https://api.github.com"],
  ["https://github.com/acme/live/", "github.com", "https://api.github.com"],
  ["https://x-access-token:ghp_1234@github.com/acme/live", "github.com", "https://api.github.com"],
  ["git@github.com:acme/live.git", "github.com", "https://api.github.com"],
  ["github.com:acme/live", "github.com", "https://api.github.com"],
  ["ssh://git@github.com/acme/live.git", "github.com", "https://api.github.com"],
  ["ssh://git@ssh.github.com:443/acme/live.git", "github.com", "https://api.github.com"],
  ["https://acme.ghe.com/acme/live", "acme.ghe.com", "https://api.acme.ghe.com"],
  ["https://GHES.example.com:8443/acme/live.git", "ghes.example.com:8443", "https://ghes.example.com:8443/api/v3"],
  ["ssh://git@ghes.example.com:2222/acme/live.git", "ghes.example.com", "https://ghes.example.com/api/v3"],
  ["git@ghes.example.com:acme/live.git", "ghes.example.com", "https://ghes.example.com/api/v3"],
])("%s is acme/live on %s", (remote, host, apiUrl) => {
  expect(placeOf(remote, null, {})).toEqual({ owner: "acme", name: "live", serverUrl: `https://${host}`, apiUrl });
});

test.each([
  "/srv/git/live.git",
  "../live",
  "file:///srv/live",
  "https://github.com/acme",
  "https://github.com/a/b/c",
  "https://github.com/acme/li ve",
  "https://github.com/acme/$(id)",
  "-oProxyCommand=x:a/b",
  "",
])("%j names no repository, and the message says what to give", (remote) => {
  expect(() => placeOf(remote, null, {})).toThrow(/--repository/);
});

test("a name takes the place of the remote's, on the remote's server", () => {
  expect(placeOf("git@ghes.example.com:a/b", "acme/live", {}).apiUrl).toBe("https://ghes.example.com/api/v3");
  expect(placeOf(null, "acme/live", {}).serverUrl).toBe("https://github.com");
  expect(placeOf(null, "ghes.example.com/acme/live", {}).serverUrl).toBe("https://ghes.example.com");
  expect(() => placeOf(null, "acme", {})).toThrow("OWNER/NAME");
  expect(() => placeOf(null, null, {})).toThrow("no remote `origin`");
});

test("no message shows what the remote holds, which may be a password", () => {
  expect(() => placeOf("https://user:hunter2@example.com/x", null, {})).toThrow(/^(?!.*hunter2)/);
});

describe("the token", () => {
  const at = (remote: string, environment: Record<string, string>) =>
    tokenOf(placeOf(remote, null, environment), environment);
  const cloud = { GH_TOKEN: "", GITHUB_TOKEN: "cloud" };

  test("of github.com goes to no other server, wherever the checkout's remote points", () => {
    expect(at("https://github.com/acme/live", cloud)).toBe("cloud");
    expect(at("https://acme.ghe.com/acme/live", cloud)).toBe("cloud");
    expect(at("https://github.com.example.com/acme/live", cloud)).toBeNull();
    expect(at("https://evilghe.com/acme/live", cloud)).toBeNull();
    expect(at("https://ghes.example.com/acme/live", { ...cloud, GH_ENTERPRISE_TOKEN: "own" })).toBe("own");
  });

  test("goes where the person says by GITHUB_API_URL", () => {
    const environment = { ...cloud, GITHUB_API_URL: "https://ghes.example.com/api/v3/" };
    expect(at("https://ghes.example.com/acme/live", environment)).toBe("cloud");
    expect(placeOf("https://ghes.example.com/acme/live", null, environment).apiUrl).toBe(
      "https://ghes.example.com/api/v3",
    );
  });
});
