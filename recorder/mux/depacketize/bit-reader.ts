/** Reads bits from the most significant on; behind the end it throws a `RangeError`, which callers turn into "damaged". */
export class BitReader {
  readonly #bytes: Uint8Array;
  #bit = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  bits(count: number): number {
    let value = 0;
    for (let index = 0; index < count; index += 1) value = value * 2 + this.flag();
    return value;
  }

  flag(): 0 | 1 {
    const byte = this.#bytes[this.#bit >> 3];
    if (byte === undefined) throw new RangeError('read behind the end');
    const value = (byte >> (7 - (this.#bit & 7))) & 1;
    this.#bit += 1;
    return value === 1 ? 1 : 0;
  }

  /** Exp-Golomb code (ITU-T H.264 §9.1). */
  unsignedGolomb(): number {
    let zeros = 0;
    while (this.flag() === 0) {
      zeros += 1;
      if (zeros > 32) throw new RangeError('no Exp-Golomb code');
    }
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  signedGolomb(): number {
    const code = this.unsignedGolomb();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }
}
