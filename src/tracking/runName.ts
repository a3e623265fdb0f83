/** Names for runs that were given none: `gentle-seal-49`. */
const ADJECTIVES =
  'able agile amber bold brave bright brisk calm careful clever crisp curious daring deft eager ' +
  'early fair fine frank gentle glad golden grand happy honest humble keen kind lively lucky ' +
  'mellow merry mild modest neat nimble noble patient plucky polite proud quick quiet rapid ready ' +
  'robust serene sharp shiny silent smart smooth snappy steady sunny swift tidy upbeat vivid warm ' +
  'wise witty';
const NOUNS =
  'ant auk badger bass bat bear beaver bee bird boar calf carp cat chimp colt conch cow crab crane ' +
  'crow cub deer dog dove duck eel elk fawn finch fish fly fowl fox frog gnat goat goose grouse ' +
  'gull hare hawk hen heron horse hound jay kit kite koi lamb lark loon lynx mare midge mink mole ' +
  'moose moth mouse mule newt otter owl ox panda perch pig pug quail ram rat ray robin roo rook ' +
  'seal shad shark sheep shrew shrimp skink skunk sloth slug snail snake snipe sow sponge squid ' +
  'stag steed stoat stork swan tern toad trout turtle vole wasp whale wolf worm wren yak zebra';

const adjectives = ADJECTIVES.split(' ');
const nouns = NOUNS.split(' ');

/** A name from the digits of a fresh id, which are random. */
export function nameFromId(id: string): string {
  const part = (from: number) => Number.parseInt(id.slice(from, from + 6), 16) || 0;
  const adjective = adjectives[part(0) % adjectives.length];
  const noun = nouns[part(6) % nouns.length];
  return `${adjective}-${noun}-${part(12) % 1000}`;
}
