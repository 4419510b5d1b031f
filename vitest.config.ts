import { defineConfig } from "vitest/config";

// Two projects: `unit` needs nothing but Node; `kubernetes` starts real control planes when their binaries are there.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts", "test/**/*.test.tsx"],
          exclude: ["test/kubernetes/**"],
          // Generous: a loaded machine is slow, and a test that hangs is found all the same.
          testTimeout: 600_000,
        },
      },
      {
        test: {
          name: "kubernetes",
          include: ["test/kubernetes/**/*.test.ts"],
          testTimeout: 900_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
