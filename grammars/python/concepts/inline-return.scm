; A computed value that is returned at the end; a value that is named only to be returned.
(function_definition
  body: (block
    (return_statement
      [
        (await)
        (binary_operator)
        (boolean_operator)
        (call)
        (comparison_operator)
        (conditional_expression)
        (dictionary)
        (dictionary_comprehension)
        (generator_expression)
        (lambda)
        (list)
        (list_comprehension)
        (not_operator)
        (parenthesized_expression)
        (set)
        (set_comprehension)
        (string (interpolation))
        (subscript)
        (tuple)
        (expression_list)
        (unary_operator)
        (concatenated_string)
        (attribute (call))
        (attribute (attribute (call)))
      ]) @present .))

(block
  (expression_statement (assignment left: (identifier) @_name !type right: (_) @_value))
  . (return_statement (identifier) @_returned) @applicable
  . (#eq? @_name @_returned))
