// One starter of a race: takes the lock, keeps it for a while and exits 0, or 3 when it is taken.
import { acquireLock } from '../../../src/server/lock';
import { delay } from './harness';

acquireLock(process.argv[2]!)
  .then(async (lock) => {
    await delay(2500);
    process.exit(lock.owns() ? 0 : 1);
  })
  .catch(() => process.exit(3));
