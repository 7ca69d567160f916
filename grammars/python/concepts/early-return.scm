; An if that only returns, with more behind it; a function that ends in an if with several statements and no else.
(function_definition
  body: (block
    (if_statement !alternative consequence: (block . (return_statement) @_bare .)) @present
    . (_)
    . (_))
  (#eq? @_bare "return"))

(function_definition body: (block (if_statement !alternative consequence: (block (_) . (_))) .)) @applicable

(function_definition
  body: (block (if_statement consequence: (block [(return_statement) (raise_statement)] .)) .)) @excluded
