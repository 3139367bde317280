/** The first sixty-four: the fractional parts of their roots are what SHA-256 starts from (https://csrc.nist.gov/pubs/fips/180-4/upd1/final, 4.2.2 and 5.3.3). */
const PRIMES = (
  "2 3 5 7 11 13 17 19 23 29 31 37 41 43 47 53 59 61 67 71 73 79 83 89 97 101 103 107 109 113 127 131 137 139 149 151 157 163 167 173 179 181 191 193 197 199 211 223 227 229 " +
  "233 239 241 251 257 263 269 271 277 281 283 293 307 311"
).split(" ").map(Number);
const fraction = (root: number): number => (root - Math.floor(root)) * 2 ** 32;

/** Of a short text: to load `node:crypto` for one digest takes six milliseconds, more than the query that it is for. */
export function sha256(text: string): Buffer {
  const data = Buffer.from(text);
  const padded = Buffer.alloc(Math.ceil((data.length + 9) / 64) * 64);
  data.copy(padded);
  padded[data.length] = 0x80;
  padded.writeUInt32BE(data.length * 8, padded.length - 4);
  const constants = Uint32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));
  const state = Uint32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
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
