"""Random rewrite rules, each applied to real functions: the teacher of teaching.

    pool       functions by what they contain          draw       random names and fragments of code
    trees      sites, replacement, templates           rules      what a rule is; the registry of families
    inserts wraps names signatures calls blocks flow moves displays      the template families
    patterns primitives statement_primitives compose    rules composed from primitives on patterns of real code
    layers     how often each kind of rule is drawn    heldout    what training never sees
    generate   rules -> pairs and no-op cases -> file

Meaning is not kept and need not be: a rule teaches to apply what is shown. What holds: both sides parse, a rule
edits every site it says it edits, everything new on one side is the same in all pairs of the rule, and no rule and no
held-out family is in two splits.
"""
