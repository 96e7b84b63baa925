package filter_test

import (
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// What SQL Server would compute in a type of its own that ends too soon, on a row
// of others, is printed in one that does not: its money overflows at 15 digits,
// an int beside a smallmoney becomes one, TRANSLATE counts a character beyond
// U+FFFF as two, and what is looked for has 4000 characters.
func TestPromise8SQLServersOwnTypesDoNotFail(t *testing.T) {
	r := newRig(t, "CREATE TABLE goods (id int NOT NULL PRIMARY KEY, owner varchar(20) NOT NULL, price money, small smallmoney, rate decimal(24,6), word varchar(60));",
		"profile: GOODS\nerp: custom\ntables:\n  goods:\n    rows: owner = :customer\n    columns: {id: {}, price: {}, small: {}, rate: {}, word: {}}\n")
	price, small := "CAST(t1.[price] AS decimal(19, 4))", "CAST(t1.[small] AS decimal(10, 4))"
	for text, want := range map[string]string{
		"SELECT id FROM goods WHERE price * price > 0":                                               price + " * " + price,
		"SELECT id FROM goods WHERE price + price > 0":                                               price + " + " + price,
		"SELECT id FROM goods WHERE price * rate > 0":                                                price + " * t1.[rate]",
		"SELECT id FROM goods WHERE price / small > 0":                                               price + " / NULLIF(" + small,
		"SELECT id FROM goods WHERE small % price = 0":                                               small + " % NULLIF(" + price,
		"SELECT id FROM goods WHERE COALESCE(small, small) - small > 0":                              "CAST(COALESCE(t1.[small], t1.[small]) AS decimal(10, 4)) - " + small,
		"SELECT d.p FROM (SELECT price AS p, id FROM goods) d WHERE d.p * d.p > 0":                   "CAST(t2.c1 AS decimal(19, 4)) * CAST(t2.c1 AS decimal(19, 4))",
		"SELECT id FROM goods WHERE ABS(price) * MOD(id, 2) > 0":                                     "CAST(ABS(t1.[price]) AS decimal(19, 4))",
		"SELECT id FROM goods WHERE small < 2147483647":                                              "t1.[small] < 2147483647.",
		"SELECT id FROM goods WHERE CASE WHEN word LIKE 'a%' THEN 2147483647 ELSE small END > 0":     "THEN 2147483647. ELSE t1.[small]",
		"SELECT id FROM goods WHERE COALESCE(small, -300000) > 0":                                    "COALESCE(t1.[small], (-300000.))",
		"SELECT id FROM goods WHERE small IN (5, 300000)":                                            "t1.[small] IN (5, 300000.)",
		"SELECT small FROM goods UNION ALL SELECT 300000":                                            "300000. AS c1",
		"SELECT id FROM goods WHERE id = 300000 AND small = 5":                                       "t1.[id] = 300000 AND t1.[small] = 5",
		"SELECT id FROM goods WHERE POSITION(word IN 'abc') > 0":                                     "WHEN LEN(t1.[word] + 'x') <= 4001 THEN CAST(CHARINDEX(",
		"SELECT id FROM goods WHERE CASE WHEN word LIKE 'a%' THEN LOCATE($1, word) ELSE 1 END = 1":   "WHEN LEN(@p3 + 'x') <= 4001 THEN CAST(CHARINDEX(",
		"SELECT id FROM goods WHERE CASE WHEN word LIKE 'a%' THEN REPLACE(word, 'b', '') END = word": "CASE WHEN LEN(@p3 + 'x') <= 4001 THEN REPLACE(",
		"SELECT TRANSLATE(word, 'é-', 'e_') FROM goods":                                              "TRANSLATE(CAST(t1.[word] AS nvarchar(max))",
	} {
		req := filter.Request{Caller: as("ANNA"), Text: text}
		if strings.Contains(text, "$1") {
			req.Params = []any{"x"}
		}
		x, err := r.gate.Explain(t.Context(), req, catalog.SQLServer)
		if err != nil || !strings.Contains(x.SQL, want) {
			t.Errorf("%s: %v: %s\nwant %s", text, err, x.SQL, want)
		}
	}
	for _, text := range []string{"SELECT TRANSLATE(word, 'a😀', '12') FROM goods", "SELECT id FROM goods WHERE CASE WHEN word LIKE 'a%' THEN TRANSLATE(word, '12', 'a😀') END = 'x'"} {
		if x, err := r.gate.Explain(t.Context(), filter.Request{Caller: as("ANNA"), Text: text}, catalog.SQLServer); codeOf(err) != refusal.Unsupported {
			t.Errorf("%s: %v, %s", text, err, x.SQL)
		}
	}
}
