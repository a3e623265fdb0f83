/**
 * How the processes find each other. The discovery file lies in the user's state folder, mode 0600,
 * as `<state>/runlens/<first 32 hex of SHA-256 of the root's real path>.json`; it stays when a server
 * ends, so that the next one takes the same port and tokens when it can.
 *
 * `<state>` is RUNLENS_STATE_DIR when set (then without `/runlens`), else XDG_STATE_HOME or
 * ~/.local/state (Linux), ~/Library/Application Support (macOS), %LOCALAPPDATA% (Windows).
 */
export interface Discovery {
  readonly protocol: ProtocolVersion;
  /** Version of Runlens. */
  readonly version: string;
  /** Real path of the root. */
  readonly root: string;
  /** Folder of the data: `<root>/.runlens`. */
  readonly data: string;
  readonly port: number;
  readonly pid: number;
  /** Boot id and pid namespace where known: whether `pid` can be looked at from here. */
  readonly host: HostIdentity;
  readonly tokens: Tokens;
  /** Hexadecimal key of the health challenge. */
  readonly challengeKey: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

export interface Tokens {
  /** Tracking and artifact routes only; goes into environments. */
  readonly tracking: string;
  /** Everything, including running code; never in an environment. */
  readonly control: string;
}

export interface HostIdentity {
  readonly hostname: string;
  /** Linux's /proc/sys/kernel/random/boot_id; empty elsewhere. */
  readonly bootId: string;
  /** Linux's /proc/self/ns/pid link; empty elsewhere. */
  readonly pidNamespace: string;
}

export interface ProtocolVersion {
  readonly major: number;
  readonly minor: number;
}

/** Same major: they understand each other. */
export const PROTOCOL: ProtocolVersion = { major: 1, minor: 0 };

/** `<state>/runlens/launcher.json`, written by the extension so that the SDK can start the server. */
export interface Launcher {
  /** Program that runs JavaScript. */
  readonly runtime: string;
  /** Arguments before the server's path; none when left out. */
  readonly args?: readonly string[];
  /** Environment to add, e.g. ELECTRON_RUN_AS_NODE. */
  readonly env: Readonly<Record<string, string>>;
  /** Path of server.js. */
  readonly server: string;
  readonly version: string;
}

/**
 * The challenge: a client sends `X-Runlens-Nonce: <hex>` with GET /health and compares the answer's
 * `X-Runlens-Proof` with hex(HMAC-SHA256(challengeKey bytes, nonce text)) before it sends a token.
 */
export const NONCE_HEADER = 'x-runlens-nonce';
export const PROOF_HEADER = 'x-runlens-proof';

/** Exit codes of the server, so that whoever started it can say what happened. */
export const SERVER_EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  /** Another server owns the store. */
  owned: 3,
  /** The data folder cannot be written or created. */
  unwritable: 4,
  /** Another one took over the store. */
  replaced: 5,
} as const;
