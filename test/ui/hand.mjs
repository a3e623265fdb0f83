// What both ways to use panels share: by mouse (mouse.mjs) and by keyboard alone (keyboard.mjs).

/** A slow machine needs it. */
export const SOON_MS = 60_000;

export class Hand {
  constructor(person) {
    this.person = person;
    this.page = person.page;
    this.keyboard = person.page.keyboard;
  }
}

/** False when it did not happen in time. */
export const isDone = (act) =>
  act.then(
    () => true,
    (error) => {
      if (error.name !== 'TimeoutError') throw error;
      return false;
    },
  );
