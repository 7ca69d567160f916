; An exception raised from its cause; one raised without in a handler.
(raise_statement cause: (identifier)) @present

(except_clause
  value: (_)
  [
    (block (raise_statement !cause . [(identifier) (call)] @_error) @applicable)
    (block
      (_ (block (raise_statement !cause . [(identifier) (call)] @_error) @applicable)))
    (block
      (_
        (_ (block (raise_statement !cause . [(identifier) (call)] @_error) @applicable))))
    (block
      (_
        (block
          (_ (block (raise_statement !cause . [(identifier) (call)] @_error) @applicable)))))
    (block
      (_
        (_
          (block
            (_ (block (raise_statement !cause . [(identifier) (call)] @_error) @applicable))))))
  ]
  (#match? @_error "^([A-Z]|.*\\()"))
