; A pass beside other statements.
(block (_) . (pass_statement) @applicable)

(block (pass_statement) @applicable . (_))
