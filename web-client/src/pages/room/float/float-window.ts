/** https://wicg.github.io/document-picture-in-picture/ : a window of this page that stays on top of all others. */
interface DocumentPictureInPicture {
  requestWindow(options: { readonly width: number; readonly height: number }): Promise<Window>;
}

const SIZE = { width: 380, height: 560 } as const;
const STYLES = 'link[rel="stylesheet"], style';

const api = (): DocumentPictureInPicture | undefined =>
  (window as { documentPictureInPicture?: DocumentPictureInPicture }).documentPictureInPicture;

export const canFloat = (): boolean => api() !== undefined;

/** Only while a click or key is being answered. Null when the browser refuses. */
async function requestFloatWindow(title: string): Promise<Window | null> {
  const opened = await api()
    ?.requestWindow(SIZE)
    .catch(() => null);
  if (opened === undefined || opened === null) return null;
  const { documentElement, head } = opened.document;
  documentElement.lang = document.documentElement.lang;
  opened.document.title = title;
  const copy = (node: Node): void => {
    if (node instanceof HTMLElement && node.matches(STYLES)) head.append(copyOf(node, opened.document));
  };
  for (const node of document.querySelectorAll(STYLES)) copy(node);
  // Parts of the page bring their styles along when they are first shown.
  const observer = new MutationObserver((changes) => {
    for (const { addedNodes } of changes) for (const node of addedNodes) copy(node);
  });
  observer.observe(document.head, { childList: true });
  opened.addEventListener('pagehide', () => observer.disconnect(), { once: true });
  return opened;
}

/** At most one window that floats, and none that nobody wants any more: also one that a browser gives late is closed. */
export class FloatWindow {
  readonly #listeners = new Set<() => void>();
  #window: Window | null = null;
  /** What was asked for and not taken back. */
  #opening: Promise<Window | null> | null = null;

  readonly getWindow = (): Window | null => this.#window;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  async open(title: string): Promise<void> {
    if (this.#window !== null || this.#opening !== null) return;
    const opening = requestFloatWindow(title);
    this.#opening = opening;
    const opened = await opening;
    if (this.#opening !== opening) {
      opened?.close();
      return;
    }
    this.#opening = null;
    if (opened === null) return;
    opened.addEventListener('pagehide', () => this.#handleClosed(opened), { once: true });
    this.#set(opened);
  }

  close(): void {
    this.#opening = null;
    const open = this.#window;
    this.#set(null);
    open?.close();
  }

  #handleClosed(closed: Window): void {
    if (this.#window === closed) this.#set(null);
  }

  #set(shown: Window | null): void {
    if (this.#window === shown) return;
    this.#window = shown;
    for (const listener of this.#listeners) listener();
  }
}

/** The other document has no address of its own that an address could be relative to. */
function copyOf(node: HTMLElement, to: Document): Node {
  const copied = to.importNode(node, true);
  if (node instanceof HTMLLinkElement && copied instanceof Element) copied.setAttribute('href', node.href);
  return copied;
}
