import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { downloadRelease, platform } from "./release.mjs";

let server: Server | undefined;
afterEach(() => server?.close());

async function serving(answer: RequestListener): Promise<string> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return `http://127.0.0.1:${address.port}/{version}/{os}`;
}

const content = "#!/bin/sh\necho 1.2.3\n";
const sha256 = createHash("sha256").update(content).digest("hex");
const pinned = (url: string, hash: string) => ({ url, sha256: { [`${platform.os}_${platform.arch}`]: hash } });
const emptyFolder = () => mkdtemp(join(tmpdir(), "release-"));

describe("downloading a release", () => {
  it("installs what has the pinned checksum, from the address of this version and machine", async () => {
    const asked: string[] = [];
    const url = await serving((request, response) => {
      asked.push(request.url ?? "");
      response.end(content);
    });
    const folder = await emptyFolder();
    expect(await downloadRelease("tool", "1.2.3", pinned(url, sha256), folder)).toEqual({ kind: "installed" });
    expect(await readFile(join(folder, "tool"), "utf8")).toBe(content);
    expect(asked).toEqual([`/1.2.3/${process.platform}`]);
  });

  it("fails closed on another checksum: nothing is installed, and both sums are named", async () => {
    const url = await serving((_request, response) => response.end(`${content}# tampered`));
    const folder = await emptyFolder();
    await expect(downloadRelease("tool", "1.2.3", pinned(url, sha256), folder)).rejects.toThrow(sha256);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each<[string, RequestListener]>([
    ["is not there", (_request, response) => response.writeHead(404).end()],
    [
      "breaks off",
      (_request, response) =>
        response.writeHead(200, { "content-length": "1000" }).write("#!", () => response.destroy()),
    ],
  ])("gives way to the next way when the download %s", async (_what, answer) => {
    const folder = await emptyFolder();
    expect(await downloadRelease("tool", "1.2.3", pinned(await serving(answer), sha256), folder)).toMatchObject({
      kind: "unavailable",
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it("gives way when the host can't be reached, or no checksum is pinned for this machine", async () => {
    const folder = await emptyFolder();
    const unreachable = await downloadRelease("tool", "1.2.3", pinned("http://127.0.0.1:1/x", sha256), folder);
    expect(unreachable).toMatchObject({ kind: "unavailable", why: expect.stringContaining("can't be reached") });
    const unpinned = await downloadRelease("tool", "1.2.3", { url: "http://127.0.0.1:1/x", sha256: {} }, folder);
    expect(unpinned).toMatchObject({ kind: "unavailable", why: expect.stringContaining("checksum") });
  });
});
