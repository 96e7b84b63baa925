package sqlfunc

var choiceFuncs = []*Func{
	{Name: "COALESCE", Synonyms: []string{"IFNULL", "ISNULL", "NVL"}, Args: []ArgKind{Same, Same}, Variadic: true, Result: widest,
		Doc: "the first argument that is not NULL"},
	{Name: "NULLIF", Args: []ArgKind{Same, Same}, Result: first, Doc: "NULL where both are equal, else the first"},
	{Name: "IIF", Synonyms: []string{"IF"}, Args: []ArgKind{Cond, Same, Same}, Result: first, Expands: true,
		Doc: "the second argument where the first is true, else the third: CASE WHEN a THEN b ELSE c END", Example: "IIF(total > 100, 'big', 'small')"},
	{Name: "NVL2", Args: []ArgKind{Any, Same, Same}, Result: first, Expands: true,
		Doc: "the second argument where the first is not NULL, else the third", Example: "NVL2(ref, 'known', 'unknown')"},
	{Name: "CHOOSE", Synonyms: []string{"ELT"}, Args: []ArgKind{Whole, Same}, Variadic: true, Result: first, Expands: true,
		Doc: "the argument whose number the first one is, counted from 1 after it; NULL where there is none", Example: "CHOOSE(kind, 'order', 'invoice')"},
	{Name: "FIELD", Args: []ArgKind{Same, Same}, Variadic: true, Result: fixed(int32T), Expands: true,
		Doc: "the number of the first argument that equals the first one, counted from 1 after it; 0 where none does", Example: "FIELD(ref, 'A-1', 'A-2')"},
	{Name: "DECODE", Args: []ArgKind{Same, Same, Same, Same}, Optional: 1, Variadic: true, Result: first, Expands: true,
		Doc: "pairs of a value and what it becomes, and what everything else becomes; NULL equals NULL", Example: "DECODE(kind, 1, 'order', 2, 'invoice', 'other')"},
	{Name: "ZEROIFNULL", Args: []ArgKind{Number}, Result: first, Expands: true, Doc: "the number, and 0 for NULL: COALESCE(a, 0)"},
	{Name: "NULLIFZERO", Args: []ArgKind{Number}, Result: first, Expands: true, Doc: "the number, and NULL for 0: NULLIF(a, 0)"},
	{Name: "GREATEST", Args: []ArgKind{Same, Same}, Variadic: true, Result: first, Expands: true,
		Doc: "the largest argument; NULLs do not count, and of nothing but NULLs it is NULL", Example: "GREATEST(total, 0)"},
	{Name: "LEAST", Args: []ArgKind{Same, Same}, Variadic: true, Result: first, Expands: true,
		Doc: "the smallest argument; NULLs do not count, and of nothing but NULLs it is NULL", Example: "LEAST(total, 100)"},
}
