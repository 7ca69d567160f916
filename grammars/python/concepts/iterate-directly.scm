; A loop over the indices of a sequence.
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
    (block
      (_
        [
          (argument_list (identifier) @_index_2)
          (assignment right: (identifier) @_index_2)
          (binary_operator (identifier) @_index_2)
          (comparison_operator (identifier) @_index_2)
          (expression_list (identifier) @_index_2)
          (interpolation (identifier) @_index_2)
          (keyword_argument value: (identifier) @_index_2)
          (list (identifier) @_index_2)
          (pair (identifier) @_index_2)
          (parenthesized_expression (identifier) @_index_2)
          (slice (identifier) @_index_2)
          (tuple (identifier) @_index_2)
          (unary_operator (identifier) @_index_2)
          (assignment left: (subscript subscript: (identifier) @_index_2))
          (augmented_assignment left: (subscript subscript: (identifier) @_index_2))
        ]))
    (block
      (_
        (_
          [
            (argument_list (identifier) @_index_2)
            (assignment right: (identifier) @_index_2)
            (binary_operator (identifier) @_index_2)
            (comparison_operator (identifier) @_index_2)
            (expression_list (identifier) @_index_2)
            (interpolation (identifier) @_index_2)
            (keyword_argument value: (identifier) @_index_2)
            (list (identifier) @_index_2)
            (pair (identifier) @_index_2)
            (parenthesized_expression (identifier) @_index_2)
            (slice (identifier) @_index_2)
            (tuple (identifier) @_index_2)
            (unary_operator (identifier) @_index_2)
            (assignment left: (subscript subscript: (identifier) @_index_2))
            (augmented_assignment left: (subscript subscript: (identifier) @_index_2))
          ])))
    (block
      (_
        (_
          (_
            [
              (argument_list (identifier) @_index_2)
              (assignment right: (identifier) @_index_2)
              (binary_operator (identifier) @_index_2)
              (comparison_operator (identifier) @_index_2)
              (expression_list (identifier) @_index_2)
              (interpolation (identifier) @_index_2)
              (keyword_argument value: (identifier) @_index_2)
              (list (identifier) @_index_2)
              (pair (identifier) @_index_2)
              (parenthesized_expression (identifier) @_index_2)
              (slice (identifier) @_index_2)
              (tuple (identifier) @_index_2)
              (unary_operator (identifier) @_index_2)
              (assignment left: (subscript subscript: (identifier) @_index_2))
              (augmented_assignment left: (subscript subscript: (identifier) @_index_2))
            ]))))
    (block
      (_
        (_
          (_
            (_
              [
                (argument_list (identifier) @_index_2)
                (assignment right: (identifier) @_index_2)
                (binary_operator (identifier) @_index_2)
                (comparison_operator (identifier) @_index_2)
                (expression_list (identifier) @_index_2)
                (interpolation (identifier) @_index_2)
                (keyword_argument value: (identifier) @_index_2)
                (list (identifier) @_index_2)
                (pair (identifier) @_index_2)
                (parenthesized_expression (identifier) @_index_2)
                (slice (identifier) @_index_2)
                (tuple (identifier) @_index_2)
                (unary_operator (identifier) @_index_2)
                (assignment left: (subscript subscript: (identifier) @_index_2))
                (augmented_assignment left: (subscript subscript: (identifier) @_index_2))
              ])))))
    (block
      (_
        (_
          (_
            (_
              (_
                [
                  (argument_list (identifier) @_index_2)
                  (assignment right: (identifier) @_index_2)
                  (binary_operator (identifier) @_index_2)
                  (comparison_operator (identifier) @_index_2)
                  (expression_list (identifier) @_index_2)
                  (interpolation (identifier) @_index_2)
                  (keyword_argument value: (identifier) @_index_2)
                  (list (identifier) @_index_2)
                  (pair (identifier) @_index_2)
                  (parenthesized_expression (identifier) @_index_2)
                  (slice (identifier) @_index_2)
                  (tuple (identifier) @_index_2)
                  (unary_operator (identifier) @_index_2)
                  (assignment left: (subscript subscript: (identifier) @_index_2))
                  (augmented_assignment left: (subscript subscript: (identifier) @_index_2))
                ]))))))
    (block
      (_
        (_
          (_
            (_
              (_
                (_
                  [
                    (argument_list (identifier) @_index_2)
                    (assignment right: (identifier) @_index_2)
                    (binary_operator (identifier) @_index_2)
                    (comparison_operator (identifier) @_index_2)
                    (expression_list (identifier) @_index_2)
                    (interpolation (identifier) @_index_2)
                    (keyword_argument value: (identifier) @_index_2)
                    (list (identifier) @_index_2)
                    (pair (identifier) @_index_2)
                    (parenthesized_expression (identifier) @_index_2)
                    (slice (identifier) @_index_2)
                    (tuple (identifier) @_index_2)
                    (unary_operator (identifier) @_index_2)
                    (assignment left: (subscript subscript: (identifier) @_index_2))
                    (augmented_assignment left: (subscript subscript: (identifier) @_index_2))
                  ])))))))
    (block
      (_
        (_
          (_
            (_
              (_
                (_
                  (_
                    [
                      (argument_list (identifier) @_index_2)
                      (assignment right: (identifier) @_index_2)
                      (binary_operator (identifier) @_index_2)
                      (comparison_operator (identifier) @_index_2)
                      (expression_list (identifier) @_index_2)
                      (interpolation (identifier) @_index_2)
                      (keyword_argument value: (identifier) @_index_2)
                      (list (identifier) @_index_2)
                      (pair (identifier) @_index_2)
                      (parenthesized_expression (identifier) @_index_2)
                      (slice (identifier) @_index_2)
                      (tuple (identifier) @_index_2)
                      (unary_operator (identifier) @_index_2)
                      (assignment left: (subscript subscript: (identifier) @_index_2))
                      (augmented_assignment left: (subscript subscript: (identifier) @_index_2))
                    ]))))))))
    (block
      (_
        (_
          (_
            (_
              (_
                (_
                  (_
                    (_
                      [
                        (argument_list (identifier) @_index_2)
                        (assignment right: (identifier) @_index_2)
                        (binary_operator (identifier) @_index_2)
                        (comparison_operator (identifier) @_index_2)
                        (expression_list (identifier) @_index_2)
                        (interpolation (identifier) @_index_2)
                        (keyword_argument value: (identifier) @_index_2)
                        (list (identifier) @_index_2)
                        (pair (identifier) @_index_2)
                        (parenthesized_expression (identifier) @_index_2)
                        (slice (identifier) @_index_2)
                        (tuple (identifier) @_index_2)
                        (unary_operator (identifier) @_index_2)
                        (assignment left: (subscript subscript: (identifier) @_index_2))
                        (augmented_assignment left: (subscript subscript: (identifier) @_index_2))
                      ])))))))))
    (block
      (_
        (_
          (_
            (_
              (_
                (_
                  (_
                    (_
                      (_
                        [
                          (argument_list (identifier) @_index_2)
                          (assignment right: (identifier) @_index_2)
                          (binary_operator (identifier) @_index_2)
                          (comparison_operator (identifier) @_index_2)
                          (expression_list (identifier) @_index_2)
                          (interpolation (identifier) @_index_2)
                          (keyword_argument value: (identifier) @_index_2)
                          (list (identifier) @_index_2)
                          (pair (identifier) @_index_2)
                          (parenthesized_expression (identifier) @_index_2)
                          (slice (identifier) @_index_2)
                          (tuple (identifier) @_index_2)
                          (unary_operator (identifier) @_index_2)
                          (assignment left: (subscript subscript: (identifier) @_index_2))
                          (augmented_assignment left: (subscript subscript: (identifier) @_index_2))
                        ]))))))))))
  ]
  (#eq? @_range "range")
  (#eq? @_len "len")
  (#eq? @_index @_index_2)) @excluded

(for_statement
  left: (identifier) @_index
  right: (call
    function: (identifier) @_range
    arguments: (argument_list
      . (call function: (identifier) @_len arguments: (argument_list . [(identifier) (attribute)] @_sequence .)) .))
  body: [
    (block (_ (subscript value: (_) @_other subscript: (identifier) @_index_2)))
    (block (_ (_ (subscript value: (_) @_other subscript: (identifier) @_index_2))))
    (block
      (_ (_ (_ (subscript value: (_) @_other subscript: (identifier) @_index_2)))))
    (block
      (_
        (_ (_ (_ (subscript value: (_) @_other subscript: (identifier) @_index_2))))))
    (block
      (_
        (_
          (_ (_ (_ (subscript value: (_) @_other subscript: (identifier) @_index_2)))))))
    (block
      (_
        (_
          (_
            (_ (_ (_ (subscript value: (_) @_other subscript: (identifier) @_index_2))))))))
    (block
      (_
        (_
          (_
            (_
              (_ (_ (_ (subscript value: (_) @_other subscript: (identifier) @_index_2)))))))))
    (block
      (_
        (_
          (_
            (_
              (_
                (_ (_ (_ (subscript value: (_) @_other subscript: (identifier) @_index_2))))))))))
    (block
      (_
        (_
          (_
            (_
              (_
                (_
                  (_ (_ (_ (subscript value: (_) @_other subscript: (identifier) @_index_2)))))))))))
  ]
  (#eq? @_range "range")
  (#eq? @_len "len")
  (#eq? @_index @_index_2)
  (#not-eq? @_sequence @_other)) @excluded
