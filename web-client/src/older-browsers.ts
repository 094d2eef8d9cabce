/**
 * What a five-year-old phone's browser (and the one inside WeChat) lacks of the language. Syntax is lowered by the build;
 * methods are not. Loaded before everything else, and only fills what is missing.
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

fill('findLast', function findLast(matches: (item: unknown) => boolean) {
  for (let i = this.length - 1; i >= 0; i -= 1) if (matches(this[i])) return this[i];
  return undefined;
});

fill('at', function at(index: number) {
  return this[index < 0 ? this.length + index : index];
});
