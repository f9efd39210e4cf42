//! Stored forms: what was written reads back the same, old golden bytes stay readable, and no bytes panic.
