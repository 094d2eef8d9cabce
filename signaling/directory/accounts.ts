/**
 * Accounts made from names: the name itself, with a number behind it when it is taken (陈晓明, 陈晓明2, …). People remember
 * their own name; see DECISIONS.md.
 */
export class AccountNamer {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  /** Keeps an account that was asked for from being given to somebody else. */
  reserve(account: string): void {
    this.#taken.add(account);
  }

  nameFor(displayName: string): string {
    const base = accountBase(displayName);
    let account = base;
    for (let n = 2; this.#taken.has(account); n += 1) account = `${base}${n}`;
    this.#taken.add(account);
    return account;
  }
}

/** The name without what an account may not hold. */
function accountBase(displayName: string): string {
  const base = displayName
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}._@-]+/gu, '');
  return base.length >= 2 ? base : `${base}user`;
}

/** The accounts that `AccountNamer` may try for a name, to be looked up at once. */
export function accountCandidates(displayName: string, namesakes: number): string[] {
  const base = accountBase(displayName);
  return [base, ...Array.from({ length: namesakes }, (_, index) => `${base}${index + 2}`)];
}
