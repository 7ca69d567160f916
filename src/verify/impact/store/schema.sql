-- a test file
CREATE TABLE unit (
    id INTEGER PRIMARY KEY,
    context TEXT NOT NULL,
    test_file TEXT NOT NULL,
    error TEXT,
    -- 0: it was run by itself; 1: with others, which may have imported or computed something before it
    together INTEGER NOT NULL,
    millis REAL NOT NULL,
    made INTEGER NOT NULL,
    -- what is known holds no longer than this; NULL: until a file changes
    until INTEGER,
    UNIQUE (context, test_file)
) STRICT;
-- what it loaded; an empty hash: the file was not there
CREATE TABLE loaded (
    unit INTEGER NOT NULL REFERENCES unit ON DELETE CASCADE,
    file TEXT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (unit, file)
) STRICT, WITHOUT ROWID;
CREATE TABLE test (
    id INTEGER PRIMARY KEY,
    unit INTEGER NOT NULL REFERENCES unit ON DELETE CASCADE,
    name TEXT NOT NULL,
    outcome TEXT NOT NULL,
    millis REAL NOT NULL
) STRICT;
CREATE INDEX test_of_unit ON test (unit);
CREATE TABLE function (
    id INTEGER PRIMARY KEY,
    file TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (file, name)
) STRICT;
CREATE TABLE reach (
    test INTEGER NOT NULL REFERENCES test ON DELETE CASCADE,
    function INTEGER NOT NULL REFERENCES function,
    PRIMARY KEY (test, function)
) STRICT, WITHOUT ROWID;
CREATE INDEX reach_of_function ON reach (function);
-- what ran before the first test
CREATE TABLE imported (
    unit INTEGER NOT NULL REFERENCES unit ON DELETE CASCADE,
    function INTEGER NOT NULL REFERENCES function,
    PRIMARY KEY (unit, function)
) STRICT, WITHOUT ROWID;
-- what the tests do on an original, as the verifier wrote it down
CREATE TABLE baseline (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    made INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX baseline_by_age ON baseline (made);
CREATE TABLE flaky (
    context TEXT NOT NULL,
    test TEXT NOT NULL,
    seen INTEGER NOT NULL,
    PRIMARY KEY (context, test)
) STRICT, WITHOUT ROWID;
