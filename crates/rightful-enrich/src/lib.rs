//! Data sets: what the world knows of an address, an agent, a credential. The only crate that opens intelligence files.
