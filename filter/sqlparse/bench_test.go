package sqlparse_test

import (
	"testing"

	"github.com/vantelle/vantelle/filter/sqlparse"
)

const threeJoins = `SELECT TOP (50) e.DO_Piece, e.DO_Date, c.CT_Intitule, SUM(l.DL_MontantTTC) AS total
FROM F_DOCENTETE e
JOIN F_DOCLIGNE l ON l.DO_Piece = e.DO_Piece AND l.DO_Type = e.DO_Type
JOIN F_COMPTET c ON c.CT_Num = e.DO_Tiers
LEFT JOIN F_ARTICLE a ON a.AR_Ref = l.AR_Ref
WHERE e.DO_Type IN (6, 7) AND e.DO_Date >= @p1 AND (c.CT_Intitule LIKE @p2 OR a.AR_Design IS NULL)
GROUP BY e.DO_Piece, e.DO_Date, c.CT_Intitule
ORDER BY e.DO_Date DESC`

func BenchmarkParseThreeJoins(b *testing.B) {
	b.ReportAllocs()
	b.SetBytes(int64(len(threeJoins)))
	for b.Loop() {
		if _, err := sqlparse.ParseQuery(threeJoins, sqlparse.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParsePoint(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := sqlparse.ParseQuery("SELECT a, b FROM t WHERE c = ?", sqlparse.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}
