import { defineConfig } from "vitest/config";
import { PLACES } from "./test/helpers/places.ts";

/** Tests outside test/ that run the built program, real models or other programs. */
const PROGRAM_TESTS = [
  "src/asr/{custom,nim,sherpa,whisper}/*.test.ts",
  "src/asr/audio/voice-activity.test.ts",
  "src/asr/local/moonshine.test.ts",
  "src/asr/transcriber.contract.test.ts",
  "src/media/clip/*.test.ts",
];
/** Tests in test/ that need neither a build nor a model. */
const UNIT_TESTS_ELSEWHERE: string[] = [
  "test/docs.test.ts",
  "test/workflows.test.ts",
  "test/fuzz/fuzz.test.ts",
];

export default defineConfig({
  test: {
    // Native modules and recognition models run in real processes; threads would share their
    // crashes.
    pool: "forks",
    maxWorkers: 2,
    // Long enough for a machine that is ten times as busy as it has cores.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    coverage: {
      provider: "v8",
      reportOnFailure: true,
      include: ["src/**/*.ts"],
      exclude: ["src/**/*.test.ts", "src/**/*.contract.ts"],
      reporter: ["text-summary", "json-summary", "html"],
      reportsDirectory: "node_modules/.cache/mediasearch-coverage",
    },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: [
            "src/**/*.test.ts",
            "emulator/**/*.test.ts",
            "bench/**/*.test.ts",
            ...UNIT_TESTS_ELSEWHERE,
          ],
          exclude: PROGRAM_TESTS,
          env: { ...PLACES, MEDIASEARCH_TEST_PROJECT: "unit" },
        },
      },
      {
        extends: true,
        test: {
          name: "program",
          include: ["test/**/*.test.ts", ...PROGRAM_TESTS],
          exclude: UNIT_TESTS_ELSEWHERE,
          globalSetup: ["test/helpers/global-setup.ts"],
          env: { ...PLACES },
        },
      },
    ],
  },
});
