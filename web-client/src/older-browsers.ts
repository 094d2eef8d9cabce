/**
 * What a five-year-old phone's browser (and the one inside WeChat) lacks of the language. Syntax is lowered by the build;
 * methods are not. Loaded before everything else, and only fills what is missing: of arrays all that ES2023 has. What is
 * newer than that does not compile for the pages (`tsconfig.browsers.json`).
 */
const { prototype } = Array;

function fill(name: string, method: (this: unknown[], ...values: never[]) => unknown): void {
  if (name in prototype) return;
  Object.defineProperty(prototype, name, { value: method, writable: true, configurable: true });
}

fill('toSorted', function toSorted(compare?: (a: unknown, b: unknown) => number) {
  return [...this].sort(compare);
});

fill('toReversed', function toReversed() {
  return [...this].reverse();
});

fill('with', function replaced(index: number, value: unknown) {
  const place = index < 0 ? this.length + index : index;
  if (place < 0 || place >= this.length) throw new RangeError('no such place in the array');
  const copy = [...this];
  copy[place] = value;
  return copy;
});

fill('toSpliced', function toSpliced(...values: [start: number, count: number, ...items: unknown[]]) {
  const copy = [...this];
  copy.splice(...values);
  return copy;
});

fill('findLast', function findLast(matches: (item: unknown) => boolean) {
  for (let i = this.length - 1; i >= 0; i -= 1) if (matches(this[i])) return this[i];
  return undefined;
});

fill('at', function at(index: number) {
  return this[index < 0 ? this.length + index : index];
});
