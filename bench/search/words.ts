/**
 * Texts that nobody wrote with the frequencies of real ones, and sentences of real English for the
 * real embedder. Seeded: the same every time.
 */
export type Random = () => number;

export function seeded(seed: number): Random {
  let state = (seed * 48_271) % 2_147_483_647 || 1;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
}

const COMMON =
  `the of and to a in that is it for you we i on this with be have as are they at but not so what do or if about from there can will all would one
  know think just like get which up out when how then now because more some time who them were has been also very could than other into your our their`.split(
    /\s+/,
  );
const VOCABULARY = 40_000;

/** Words by rank with Zipf's law (frequency ~ 1 / rank), the first ones English. */
export function language(random: Random): {
  readonly text: (words: number) => string;
  readonly rank: (rank: number) => string;
} {
  const made = new Set(COMMON);
  while (made.size < VOCABULARY)
    made.add(
      Array.from(
        { length: 2 + Math.floor(random() * 3) },
        () =>
          "bcdfghklmnprstvw"[Math.floor(random() * 16)] + ("aeiou"[Math.floor(random() * 5)] ?? ""),
      ).join(""),
    );
  const words = [...made];
  const upTo = new Float64Array(VOCABULARY);
  words.reduce((sum, _, i) => (upTo[i] = sum + 1 / (i + 2.7)), 0);
  const total = upTo.at(-1) ?? 1;
  const draw = (): string => {
    const wanted = random() * total;
    let [low, high] = [0, VOCABULARY - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((upTo[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return words[low] ?? "";
  };
  return {
    text: (many) => `${Array.from({ length: many }, draw).join(" ")}.`,
    rank: (rank) => words[rank] ?? "",
  };
}

const PARTS = [
  "the board,our neighbour,a young doctor,the whole team,my grandmother,the mayor,somebody from marketing,the goalkeeper,a colleague,the pilot,our teacher,the orchestra,a fisherman,the committee,her lawyer,the baker".split(
    ",",
  ),
  "talked about,forgot,postponed,paid for,could not find,was proud of,complained about,explained,bought,repaired,wanted to sell,measured,painted,cancelled,looked after,wrote a report on".split(
    ",",
  ),
  "the budget for next year,a broken boat engine,the new remote control,the vaccination of children,an old violin,the bridge across the river,a recipe for bread,the election results,the company's servers,a lost suitcase,the football match,the wheat harvest,a nuclear power station,the school roof,the colour of the logo,train tickets to the coast".split(
    ",",
  ),
  "yesterday,in the meeting,although it rained,without asking anyone,for three weeks,because of the noise,before lunch,with great care,again and again,at the harbour,on the phone,after the holidays".split(
    ",",
  ),
];

export const sentence = (random: Random): string =>
  PARTS.map((part) => part[Math.floor(random() * part.length)]).join(" ");
