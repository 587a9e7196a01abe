/** The newest file in supabase/migrations, which is the version that this code wants; a test compares the two. */
export const SCHEMA_VERSION = '20260101090500'
