import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "emulator/**/*.test.ts"],
    globalSetup: ["test/helpers/global-setup.ts"],
    // Native modules and recognition models run in real processes; threads would share their crashes.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
