import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const cores = availableParallelism();

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["packages/*/{src,test}/**/*.test.ts", "tools/**/*.test.ts", "e2e/attacks/taken-out/*.test.ts"],
          exclude: ["**/*.integration.test.ts", "**/node_modules/**"],
          setupFiles: ["tools/vitest/no-outside.ts"],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: "integration",
          include: ["packages/*/{src,test}/**/*.integration.test.ts", "tools/**/*.integration.test.ts"],
          exclude: ["**/node_modules/**"],
          globalSetup: ["tools/vitest/tools-on-path.ts"],
          pool: "forks",
          maxWorkers: cores,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        // Worlds of their own, with servers on free ports: nothing keeps them from running side by side.
        test: {
          name: "e2e",
          include: ["e2e/**/*.test.ts"],
          exclude: ["e2e/attacks/taken-out/**", "**/node_modules/**"],
          globalSetup: ["tools/vitest/tools-on-path.ts", "tools/vitest/built-actions.ts"],
          pool: "forks",
          maxWorkers: cores,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
