; An if that returns, with a return at the end of its block; an if that leaves and has an else.
(block
  (if_statement !alternative consequence: (block [(return_statement) (raise_statement)] .)) @present
  [(return_statement) (raise_statement) (if_statement)] .)

(if_statement
  consequence: (block
    [
      (return_statement)
      (raise_statement)
      (continue_statement)
      (break_statement)
      (if_statement
        consequence: (block [(return_statement) (raise_statement) (continue_statement) (break_statement)] .)
        . alternative: (else_clause
          body: (block [(return_statement) (raise_statement) (continue_statement) (break_statement)] .)))
    ] .)
  alternative: [(else_clause) (elif_clause)]) @applicable
