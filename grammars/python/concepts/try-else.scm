; A try with an else; a try with handlers, no else and several statements.
(try_statement (else_clause)) @present @excluded

(try_statement body: (block (_) . (_)) (except_clause)) @applicable
