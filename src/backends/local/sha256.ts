/** Sixty-four, whose roots' fractional parts are what SHA-256 starts from: https://csrc.nist.gov/pubs/fips/180-4/upd1/final, 4.2.2 and 5.3.3. */
const primes = (): number[] => Array.from({ length: 312 }, (_, n) => n).filter((n) => n > 1 && !Array.from({ length: 16 }, (_, d) => d + 2).some((d) => d < n && n % d === 0));
const fraction = (root: number): number => (root - Math.floor(root)) * 2 ** 32;

/** Of a short text: to load `node:crypto` for one digest takes six milliseconds, more than the query that it is for. */
export function sha256(text: string): Buffer {
  const data = Buffer.from(text);
  const padded = Buffer.alloc(Math.ceil((data.length + 9) / 64) * 64);
  data.copy(padded);
  padded[data.length] = 0x80;
  padded.writeUInt32BE(data.length * 8, padded.length - 4);
  const firsts = primes();
  const constants = Uint32Array.from(firsts, (prime) => fraction(Math.cbrt(prime)));
  const state = Uint32Array.from(firsts.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
  const words = new Uint32Array(64);
  for (let block = 0; block < padded.length; block += 64) round(state, words, constants, padded.subarray(block, block + 64));
  const digest = Buffer.alloc(32);
  state.forEach((value, i) => digest.writeUInt32BE(value, i * 4));
  return digest;
}

const turned = (value: number, by: number): number => (value >>> by) | (value << (32 - by));

function round(state: Uint32Array, w: Uint32Array, k: Uint32Array, block: Buffer): void {
  for (let i = 0; i < 16; i++) w[i] = block.readUInt32BE(i * 4);
  for (let i = 16; i < 64; i++) {
    const [early, late] = [w[i - 15] as number, w[i - 2] as number];
    w[i] = (w[i - 16] as number) + (turned(early, 7) ^ turned(early, 18) ^ (early >>> 3)) + (w[i - 7] as number) + (turned(late, 17) ^ turned(late, 19) ^ (late >>> 10));
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let i = 0; i < 64; i++) {
    const one = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + (k[i] as number) + (w[i] as number)) | 0;
    const two = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [a, b, c, d, e, f, g, h] = [(one + two) | 0, a, b, c, (d + one) | 0, e, f, g];
  }
  [a, b, c, d, e, f, g, h].forEach((value, i) => { state[i] = (state[i] as number) + value; });
}
