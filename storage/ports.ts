export type {
  ByteRange,
  ListedObject,
  ListOptions,
  ObjectContent,
  ObjectFacts,
  ObjectStore,
  PutOptions,
} from './objects/object-store.ts';
