/**
 * How the cosines of a model lie, as measured (docs/decisions/0012-floor.md and
 * 0016-two-models.md). Models differ, so that one which was not measured has no floor.
 */
export interface Calibration {
  /** The beginning of the model's name, as libraries are marked with it. */
  readonly model: string;
  /** The least cosine where words of the query are said somewhere. */
  readonly near: number;
  /** Where none of them is said: the least cosine in a library of one segment. */
  readonly alone: number;
  /** The nearest of ten times as many unrelated segments is nearer by this. */
  readonly perDecade: number;
  /** Several words are less often near by chance than one: for each more, up to three. */
  readonly perWord: number;
  readonly most: number;
  /**
   * Where the nearest stand out less than this from the rest, as with names that the model does not
   * know, nearness counts that much less.
   */
  readonly leastSpan: number;
}

const CALIBRATIONS: readonly Calibration[] = [
  {
    model: "all-MiniLM-L6-v2",
    near: 0.2,
    alone: 0.2,
    perDecade: 0.058,
    perWord: -0.03,
    most: 0.5,
    leastSpan: 0.3,
  },
  {
    model: "minilm-e5",
    near: 0.56,
    alone: 0.565,
    perDecade: 0.0134,
    perWord: -0.013,
    most: 0.64,
    leastSpan: 0.105,
  },
];

/** What is known of the model that a library is marked with. */
export const calibrationOf = (model: string | undefined): Calibration | undefined =>
  CALIBRATIONS.find((one) => model?.startsWith(one.model) === true);
