// The type of one kind of mutation.
import type { Mutation, MutationType } from '../mutation';

export type Of<T extends MutationType> = Extract<Mutation, { type: T }>;
