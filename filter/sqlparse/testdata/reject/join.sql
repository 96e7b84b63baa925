=== a join without condition
SELECT * FROM a JOIN b
---
1:23 sql_syntax found the end of the text where ON or USING was expected

=== a join without a table
SELECT * FROM a JOIN ON 1 = 1
---
1:22 sql_syntax found ON where a table or a subquery was expected

=== a left join without condition
SELECT * FROM a LEFT JOIN b WHERE 1 = 1
---
1:29 sql_syntax found WHERE where ON or USING was expected

=== a cross join with a condition
SELECT * FROM a CROSS JOIN b ON 1 = 1
---
1:30 sql_syntax found ON where the end of the query was expected

=== a natural join with a condition
SELECT * FROM a NATURAL JOIN b ON 1 = 1
---
1:32 sql_syntax found ON where the end of the query was expected

=== NATURAL CROSS JOIN
SELECT * FROM a NATURAL CROSS JOIN b
---
1:25 sql_syntax found CROSS where JOIN was expected

=== NATURAL alone
SELECT * FROM a NATURAL b
---
1:25 sql_syntax found b where JOIN was expected

=== INNER OUTER JOIN
SELECT * FROM a INNER OUTER JOIN b ON 1 = 1
---
1:23 sql_syntax found OUTER where JOIN was expected

=== OUTER JOIN alone
SELECT * FROM a OUTER JOIN b ON 1 = 1
---
1:23 sql_syntax found JOIN where APPLY was expected

=== LEFT INNER JOIN
SELECT * FROM a LEFT INNER JOIN b ON 1 = 1
---
1:22 sql_syntax found INNER where JOIN was expected

=== two conditions at the end
SELECT * FROM a JOIN b JOIN c ON 1 = 1 ON 2 = 2
---
1:24 sql_syntax found JOIN where ON or USING was expected

=== ON and USING
SELECT * FROM a JOIN b ON 1 = 1 USING (x)
---
1:33 sql_syntax found USING where the end of the query was expected

=== USING without columns
SELECT * FROM a JOIN b USING ()
---
1:31 sql_syntax found ")" where a name was expected

=== USING without parentheses
SELECT * FROM a JOIN b USING x
---
1:30 sql_syntax found x where "(" was expected

=== USING a qualified column
SELECT * FROM a JOIN b USING (a.x)
---
1:32 sql_syntax found "." where ")" was expected

=== a join hint
SELECT * FROM a INNER HASH JOIN b ON 1 = 1
---
1:23 sql_unsupported join hints are not offered

=== a merge hint
SELECT * FROM a LEFT MERGE JOIN b ON 1 = 1
---
1:22 sql_unsupported join hints are not offered

=== STRAIGHT_JOIN
SELECT * FROM a STRAIGHT_JOIN b
---
1:17 sql_unsupported STRAIGHT_JOIN is not offered

=== APPLY to a function
SELECT * FROM t CROSS APPLY f(t.a) x
---
1:30 sql_unsupported table functions and table hints are not offered

=== APPLY to a table
SELECT * FROM t CROSS APPLY u
---
1:29 sql_unsupported APPLY is offered before a subquery in parentheses only

=== APPLY to a join
SELECT * FROM t OUTER APPLY (a CROSS JOIN b)
---
1:29 sql_unsupported APPLY is offered before a subquery in parentheses only

=== APPLY with a condition
SELECT * FROM t CROSS APPLY (SELECT 1) x ON 1 = 1
---
1:42 sql_syntax found ON where the end of the query was expected

=== APPLY alone
SELECT * FROM t x APPLY (SELECT 1) y
---
1:19 sql_syntax found APPLY where the end of the query was expected

=== LATERAL before a function
SELECT * FROM t, LATERAL f(t.a) x
---
1:26 sql_unsupported LATERAL is offered before a subquery in parentheses only

=== LATERAL before a table
SELECT * FROM LATERAL t
---
1:23 sql_unsupported LATERAL is offered before a subquery in parentheses only

=== LATERAL before a join
SELECT * FROM LATERAL (a CROSS JOIN b)
---
1:15 sql_syntax LATERAL stands before a subquery

=== LATERAL without alias
SELECT * FROM t, LATERAL (SELECT 1)
---
1:36 sql_syntax found the end of the text where an alias for the subquery was expected
