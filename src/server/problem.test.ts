import { expect, test } from "vitest";
import { MediasearchError } from "../errors.ts";
import { toProblem } from "./problem.ts";

const problemOf = (seesPaths: boolean) =>
  toProblem(
    new MediasearchError("NOT_FOUND", "/srv/secret/talk.mp4 is not in the library", {
      hint: "GET /v1/files/{id} shows one; index /srv/secret/talk.mp4 or s3://bucket/secret/a.mp4",
    }),
    "r1",
    seesPaths,
  ).problem;

test("who may not see paths is told names of files and routes, but no folder", () => {
  const { detail, hint } = problemOf(false);
  expect(detail).toContain("talk.mp4");
  expect(detail).not.toContain("secret");
  expect(hint).toBe("GET /v1/files/{id} shows one; index talk.mp4 or a.mp4");
});

test("who may see paths is told them", () => {
  expect(problemOf(true).hint).toContain("/srv/secret/talk.mp4");
});
