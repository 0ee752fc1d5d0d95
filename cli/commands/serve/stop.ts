// Waits for the signal that ends `serve`.

/** The signals that end it, with the numbers that a shell adds to 128. */
const ENDING = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** The signals from now on: the first one settles `first`, the second one ends the process. */
export class Stop {
  readonly first: Promise<void>;
  private readonly release: () => void;

  constructor() {
    let settle: () => void = () => {};
    let count = 0;
    this.first = new Promise((resolve) => (settle = resolve));
    const listeners = Object.entries(ENDING).map(([name, number]) => {
      const listen = (): void => {
        if (++count > 1) process.exit(128 + number);
        settle();
      };
      process.on(name, listen);
      return [name as keyof typeof ENDING, listen] as const;
    });
    this.release = () => {
      for (const [name, listen] of listeners) process.off(name, listen);
    };
  }

  end(): void {
    this.release();
  }
}
