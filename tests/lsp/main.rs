//! The language server, spoken to as an editor does.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../editors/scripted.rs"]
mod scripted;
#[path = "../common/server.rs"]
mod server;

mod actions;
mod binary;
mod blend;
mod candidates;
mod client;
mod lifecycle;
mod notebooks;
mod real;
mod resolve;
mod status;
mod teach;

/// A function that `== None` can be replaced in, and one that begins with a print; both end behind a wide character.
const TEXT: &str = "\
def greet(name):
    if name == None:
        return 1
    return \"é😀\"


class A:
    def printing(self, x):
        print(x)
        return x


def broken(:
    pass
";

const URI: &str = "file:///nowhere/a.py";
