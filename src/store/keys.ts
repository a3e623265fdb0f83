// The dictionary of metric, param and tag names: small integers stand for them in every table.
import { number, type Sql, text } from './database';

export class Keys {
  private readonly ids = new Map<string, number>();
  private readonly names = new Map<number, string>();

  constructor(private readonly sql: Sql) {
    this.reload();
  }

  /** The id of a name that is in use. */
  find(name: string): number | undefined {
    return this.ids.get(name);
  }

  /** The id of a name, given out when it is new. Ids follow the order of mutations. */
  id(name: string): number {
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    const id = number(this.sql.get('INSERT INTO keys (name) VALUES (?) RETURNING id', name)?.[0]);
    this.set(id, name);
    return id;
  }

  has(id: number): boolean {
    return this.names.has(id);
  }

  name(id: number): string {
    const name = this.names.get(id);
    if (name === undefined) throw new Error(`No key has the id ${id}.`);
    return name;
  }

  /** Reads the table again, after a rollback. */
  reload(): void {
    this.ids.clear();
    this.names.clear();
    for (const [id, name] of this.sql.all('SELECT id, name FROM keys')) {
      this.set(number(id), text(name));
    }
  }

  private set(id: number, name: string): void {
    this.ids.set(name, id);
    this.names.set(id, name);
  }
}
