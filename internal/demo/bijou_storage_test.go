package demo

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
)

// stored says, by the beginning of a declared type, how SQLite may hold it.
var stored = map[string]string{"varchar": "'text'", "nvarchar": "'text'", "char": "'text'", "datetime": "'text'", "uniqueidentifier": "'text'",
	"varbinary": "'blob'", "int": "'integer'", "smallint": "'integer'", "numeric": "'integer', 'real'"}

// checkStorage holds every value to the declared type of its column: kind,
// length, and the spelling of dates.
func checkStorage(t *testing.T, db *sql.DB) {
	for _, table := range column1(t, db, "SELECT name FROM sqlite_master WHERE type = 'table'") {
		tests, names := []string{}, column1(t, db, "SELECT name FROM pragma_table_info(?)", table)
		for i, typ := range column1(t, db, "SELECT lower(type) FROM pragma_table_info(?)", table) {
			family, size, sized := strings.Cut(strings.TrimSuffix(typ, ")"), "(")
			if stored[family] == "" {
				t.Fatalf("%s.%s has the unknown type %s", table, names[i], typ)
			}
			wrong := fmt.Sprintf(`typeof("%s") NOT IN ('null', %s)`, names[i], stored[family])
			if sized && family != "numeric" {
				wrong += fmt.Sprintf(` OR length("%s") > %s`, names[i], size)
			}
			if family == "datetime" {
				wrong += fmt.Sprintf(` OR "%s" NOT GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [012][0-9]:[0-5][0-9]:[0-5][0-9]'`, names[i])
			}
			tests = append(tests, fmt.Sprintf("coalesce(sum(%s), 0)", wrong))
		}
		found := make([]int, len(tests))
		into := make([]any, len(tests))
		for i := range found {
			into[i] = &found[i]
		}
		if err := db.QueryRow("SELECT " + strings.Join(tests, ", ") + ` FROM "` + table + `"`).Scan(into...); err != nil {
			t.Fatal(err)
		}
		for i, n := range found {
			if n > 0 {
				t.Errorf("%s.%s holds %d values that its declared type does not", table, names[i], n)
			}
		}
	}
}

func TestShadowsAreSpelledAsSageDoes(t *testing.T) {
	for name, c := range map[string]struct {
		column column
		value  any
		want   string
	}{
		"text":                         {column{name: "cbCT_Num"}, "BAGUES", "BAGUES"},
		"NULL is read as empty":        {column{name: "cbCT_Num"}, nil, ""},
		"accents in the code page":     {column{name: "cbCT_Nom"}, "Éloïse", "\xc9lo\xefse"},
		"ligature in the code page":    {column{name: "cbCT_Nom"}, "Cœur", "C\x9cur"},
		"numbers stand on the right":   {column{name: "cbDO_Piece", width: 13}, "FA000031", "     FA000031"},
		"an empty number stays empty":  {column{name: "cbDO_PieceOrig", width: 13}, "", ""},
		"families end in a small z":    {column{name: "cbFA_CodeFamille"}, "BAGUE", "BAGUEz"},
		"a number fills its whole key": {column{name: "cbDO_Piece", width: 13}, "1234567890123", "1234567890123"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := string(shadow(c.value, c.column)); got != c.want {
				t.Errorf("shadow(%v) = %q, want %q", c.value, got, c.want)
			}
		})
	}
}

func TestMoneyIsRoundedHalfAwayFromZero(t *testing.T) {
	for _, c := range []struct{ amount, rate, want int }{{101, 50, 51}, {-101, 50, -51}, {99, 50, 50}, {1000, 20, 200}, {0, 20, 0}, {3, 33, 1}} {
		if got := cents(c.amount).percentOf(c.rate); got != cents(c.want) {
			t.Errorf("%d %% of %d cents = %d, want %d", c.rate, c.amount, got, c.want)
		}
	}
}
