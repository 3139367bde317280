import type { Command } from "../cli/command.ts";
import type { SERVE_SPEC } from "../cli/specs/serving.ts";
import { serve } from "../server/serve.ts";

export const run: Command<typeof SERVE_SPEC> = async (_args, _flags, context) => {
  const { io } = context;
  await serve(context, {
    log: (line) => void io.stderr.write(`${line}\n`),
    onListening({ url, signInUrl }) {
      const signIn =
        signInUrl === undefined
          ? "sign in with a key: mediasearch keys create --scopes all"
          : `open this link within ten minutes to sign in: ${signInUrl}`;
      io.stdout.write(`${url}\n${signIn}\n`);
    },
  });
  return 0;
};
