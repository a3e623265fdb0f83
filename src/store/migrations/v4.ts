// Version 4 of the schema: artifact versions can be deleted.

/** `deleted_time` in milliseconds since 1970 while a version lies in the trash. */
export const V4 = `
ALTER TABLE artifacts ADD COLUMN deleted_time INTEGER;
CREATE INDEX artifacts_deleted ON artifacts (deleted_time) WHERE deleted_time IS NOT NULL;
`;
