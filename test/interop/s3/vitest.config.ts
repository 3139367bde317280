import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/interop/s3/*.interop.ts"],
    pool: "forks",
    testTimeout: 300_000,
    hookTimeout: 60_000,
  },
});
