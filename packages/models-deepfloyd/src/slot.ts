/** Room for one network in memory: whichever comes in makes the one before leave. It can come back later. */
export interface Slot {
  /** @param leave frees the newcomer, when another one comes */
  enter(newcomer: object, leave: () => Promise<void>): Promise<void>;
}

/** For networks that do not fit in memory together, as DeepFloyd IF's text encoder and its stages. */
export function createSlot(): Slot {
  let inside: { readonly network: object; readonly leave: () => Promise<void> } | null = null;
  return {
    async enter(newcomer, leave) {
      if (inside?.network === newcomer) return;
      const before = inside;
      inside = { network: newcomer, leave };
      await before?.leave();
    },
  };
}
