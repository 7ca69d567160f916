; A with statement of several items; a with statement that holds nothing but another one.
(with_clause (with_item) . (with_item) @present)

(with_statement body: (block . (with_statement) .)) @applicable
