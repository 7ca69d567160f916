; A loop over enumerate(); a loop over the indices of a sequence, or one that counts by hand.
(for_statement
  left: [(pattern_list) (tuple_pattern)]
  right: (call function: (identifier) @_made arguments: (argument_list . [(identifier) (attribute)]))
  (#eq? @_made "enumerate")) @present

(for_statement
  left: (identifier) @_index
  right: (call
    function: (identifier) @_range
    arguments: (argument_list
      . (call function: (identifier) @_len arguments: (argument_list . [(identifier) (attribute)] @_sequence .)) .))
  body: [
    (block (_ (subscript value: (_) @_sequence_2 subscript: (identifier) @_index_2)))
    (block (_ (_ (subscript value: (_) @_sequence_2 subscript: (identifier) @_index_2))))
    (block
      (_ (_ (_ (subscript value: (_) @_sequence_2 subscript: (identifier) @_index_2)))))
    (block
      (_
        (_ (_ (_ (subscript value: (_) @_sequence_2 subscript: (identifier) @_index_2))))))
    (block
      (_
        (_
          (_ (_ (_ (subscript value: (_) @_sequence_2 subscript: (identifier) @_index_2)))))))
    (block
      (_
        (_
          (_
            (_ (_ (_ (subscript value: (_) @_sequence_2 subscript: (identifier) @_index_2))))))))
    (block
      (_
        (_
          (_
            (_
              (_ (_ (_ (subscript value: (_) @_sequence_2 subscript: (identifier) @_index_2)))))))))
    (block
      (_
        (_
          (_
            (_
              (_
                (_ (_ (_ (subscript value: (_) @_sequence_2 subscript: (identifier) @_index_2))))))))))
    (block
      (_
        (_
          (_
            (_
              (_
                (_
                  (_ (_ (_ (subscript value: (_) @_sequence_2 subscript: (identifier) @_index_2)))))))))))
  ]
  (#eq? @_range "range")
  (#eq? @_len "len")
  (#eq? @_index @_index_2)
  (#eq? @_sequence @_sequence_2)) @applicable

(for_statement
  left: (identifier) @_index
  right: (call
    function: (identifier) @_range
    arguments: (argument_list
      . (call function: (identifier) @_len arguments: (argument_list . [(identifier) (attribute)] @_sequence .)) .))
  body: [
    (block (_ (assignment left: (subscript value: (_) @_sequence_2 subscript: (identifier) @_index_2))))
    (block
      (_ (_ (assignment left: (subscript value: (_) @_sequence_2 subscript: (identifier) @_index_2)))))
    (block
      (_
        (_ (_ (assignment left: (subscript value: (_) @_sequence_2 subscript: (identifier) @_index_2))))))
    (block
      (_
        (_
          (_ (_ (assignment left: (subscript value: (_) @_sequence_2 subscript: (identifier) @_index_2)))))))
    (block
      (_
        (_
          (_
            (_ (_ (assignment left: (subscript value: (_) @_sequence_2 subscript: (identifier) @_index_2))))))))
    (block
      (_
        (_
          (_
            (_
              (_ (_ (assignment left: (subscript value: (_) @_sequence_2 subscript: (identifier) @_index_2)))))))))
    (block
      (_
        (_
          (_
            (_
              (_
                (_
                  (_ (assignment left: (subscript value: (_) @_sequence_2 subscript: (identifier) @_index_2))))))))))
  ]
  (#eq? @_range "range")
  (#eq? @_len "len")
  (#eq? @_index @_index_2)
  (#eq? @_sequence @_sequence_2)) @excluded

(for_statement
  left: (identifier) @_index
  right: (call
    function: (identifier) @_range
    arguments: (argument_list
      . (call function: (identifier) @_len arguments: (argument_list . [(identifier) (attribute)] @_sequence .)) .))
  body: [
    (block
      (_
        (subscript value: (_) @_sequence_2 subscript: [(binary_operator) (integer) (slice) (unary_operator)])))
    (block
      (_
        (_
          (subscript
            value: (_) @_sequence_2
            subscript: [(binary_operator) (integer) (slice) (unary_operator)]))))
    (block
      (_
        (_
          (_
            (subscript
              value: (_) @_sequence_2
              subscript: [(binary_operator) (integer) (slice) (unary_operator)])))))
    (block
      (_
        (_
          (_
            (_
              (subscript
                value: (_) @_sequence_2
                subscript: [(binary_operator) (integer) (slice) (unary_operator)]))))))
    (block
      (_
        (_
          (_
            (_
              (_
                (subscript
                  value: (_) @_sequence_2
                  subscript: [(binary_operator) (integer) (slice) (unary_operator)])))))))
    (block
      (_
        (_
          (_
            (_
              (_
                (_
                  (subscript
                    value: (_) @_sequence_2
                    subscript: [(binary_operator) (integer) (slice) (unary_operator)]))))))))
    (block
      (_
        (_
          (_
            (_
              (_
                (_
                  (_
                    (subscript
                      value: (_) @_sequence_2
                      subscript: [(binary_operator) (integer) (slice) (unary_operator)])))))))))
    (block
      (_
        (_
          (_
            (_
              (_
                (_
                  (_
                    (_
                      (subscript
                        value: (_) @_sequence_2
                        subscript: [(binary_operator) (integer) (slice) (unary_operator)]))))))))))
  ]
  (#eq? @_range "range")
  (#eq? @_len "len")
  (#eq? @_sequence @_sequence_2)) @excluded

(block
  (expression_statement (assignment left: (identifier) @_name !type right: (integer) @_begin))
  . (for_statement
    body: (block
      (_)
      . (expression_statement (augmented_assignment left: (identifier) @_counter "+=" right: (integer) @_step)) .)) @applicable
  (#any-of? @_begin "0" "1")
  (#eq? @_step "1")
  (#eq? @_name @_counter))
