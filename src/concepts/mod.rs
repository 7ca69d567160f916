//! Concepts: the catalogue, what is built in, what was taught.
