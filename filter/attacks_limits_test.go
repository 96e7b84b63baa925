package filter_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
)

// TestWhatIsTooLargeIsRefusedBeforeTheErpSeesIt goes up to the sizes at which
// an engine gives up. Up to some size there is an answer, beyond it there is
// limit_exceeded, and between the two there is nothing: what was let through
// and fails in the ERP was not bounded.
func TestWhatIsTooLargeIsRefusedBeforeTheErpSeesIt(t *testing.T) {
	rep := strings.Repeat
	joins := func(n int) string {
		var b strings.Builder
		b.WriteString("SELECT COUNT(*) FROM docs a0")
		for i := 1; i <= n; i++ {
			fmt.Fprintf(&b, " JOIN docs a%d ON a%d.id = a0.id", i, i)
		}
		return b.String()
	}
	ctes := func(n int) string {
		var b strings.Builder
		b.WriteString("WITH c0 AS (SELECT id FROM docs)")
		for i := 1; i <= n; i++ {
			fmt.Fprintf(&b, ", c%d AS (SELECT id FROM c%d)", i, i-1)
		}
		fmt.Fprintf(&b, " SELECT id FROM c%d", n)
		return b.String()
	}
	makers := map[string]func(n int) string{
		"ORs":               func(n int) string { return "SELECT id FROM docs WHERE id = 11" + rep(" OR id = 21", n) },
		"ANDs":              func(n int) string { return "SELECT id FROM docs WHERE id = 11" + rep(" AND id > 0", n) },
		"ORs of LIKE":       func(n int) string { return "SELECT id FROM docs WHERE id = 11" + rep(" OR ref LIKE 'x'", n) },
		"sums":              func(n int) string { return "SELECT 1" + rep(" + 1", n) },
		"sums of columns":   func(n int) string { return "SELECT kind" + rep(" + kind", n) + " FROM docs" },
		"texts joined":      func(n int) string { return "SELECT 'x'" + rep(" || 'x'", n) },
		"CONCAT":            func(n int) string { return "SELECT CONCAT('x'" + rep(", ref", n) + ") FROM docs" },
		"COALESCE":          func(n int) string { return "SELECT COALESCE(ref" + rep(", ref", n) + ") FROM docs" },
		"unions":            func(n int) string { return "SELECT 1" + rep(" UNION SELECT 1", n) },
		"unions all":        func(n int) string { return "SELECT id FROM docs" + rep(" UNION ALL SELECT id FROM docs", n) },
		"unions of tables":  func(n int) string { return "SELECT id FROM docs" + rep(" UNION SELECT line FROM parcels", n) },
		"joins":             joins,
		"CTEs":              ctes,
		"columns":           func(n int) string { return "SELECT id" + rep(", id", n) + " FROM docs" },
		"columns of *":      func(n int) string { return "SELECT *" + rep(", *", n/6) + " FROM docs" },
		"order":             func(n int) string { return "SELECT id FROM docs ORDER BY kind" + rep(", id + 1", n) },
		"groups":            func(n int) string { return "SELECT COUNT(*) FROM docs GROUP BY kind" + rep(", id + 1", n) },
		"values in a list":  func(n int) string { return "SELECT id FROM docs WHERE id IN (11" + rep(", 21", n) + ")" },
		"texts in a list":   func(n int) string { return "SELECT id FROM docs WHERE ref IN ('11'" + rep(", '21'", n) + ")" },
		"columns in a list": func(n int) string { return "SELECT id FROM docs WHERE id IN (id" + rep(", kind", n) + ")" },
		"WHENs":             func(n int) string { return "SELECT CASE" + rep(" WHEN id = 1 THEN 2", n+1) + " END FROM docs" },
		"simple WHENs":      func(n int) string { return "SELECT CASE id" + rep(" WHEN 1 THEN 2", n+1) + " END FROM docs" },
		"subqueries":        func(n int) string { return "SELECT 1" + rep(", (SELECT MAX(id) FROM docs)", n) },
		"subqueries in ORs": func(n int) string {
			return "SELECT id FROM docs WHERE id = 11" + rep(" OR EXISTS (SELECT 1 FROM docs)", n)
		},
		"windows":        func(n int) string { return "SELECT 1" + rep(", COUNT(*) OVER (ORDER BY id)", n) + " FROM docs" },
		"aggregates":     func(n int) string { return "SELECT 1" + rep(", MAX(id)", n) + " FROM docs" },
		"nested derived": func(n int) string { return rep("SELECT id FROM (", n) + "SELECT id FROM docs" + rep(") x", n) },
		"nested calls":   func(n int) string { return "SELECT " + rep("UPPER(", n) + "ref" + rep(")", n) + " FROM docs" },
		"nested CASE": func(n int) string {
			return "SELECT " + rep("CASE WHEN id = 1 THEN id ELSE ", n) + "id" + rep(" END", n) + " FROM docs"
		},
		"nested NOT": func(n int) string { return "SELECT id FROM docs WHERE " + rep("NOT (", n) + "id = 1" + rep(")", n) },
		"nested EXISTS": func(n int) string {
			return "SELECT id FROM docs WHERE " + rep("EXISTS (SELECT 1 FROM docs WHERE ", n) + "id = 11" + rep(")", n)
		},
		"nested IN": func(n int) string {
			return "SELECT id FROM docs WHERE " + rep("id IN (SELECT id FROM docs WHERE ", n) + "id = 11" + rep(")", n)
		},
		"parameters": nil,
	}
	for engine, r := range attackedRigs(t) {
		for what, text := range makers {
			answered, refused := 0, 0
			for _, n := range []int{5, 25, 50, 63, 64, 70, 99, 130, 250, 390, 450, 510, 700, 990, 1100, 1599, 1700, 1999, 2500, 4999, 6000, 10_000} {
				req := filter.Request{Caller: as("ANNA"), Front: "sql"}
				if text == nil {
					req.Text, req.Params = "SELECT id FROM docs WHERE id IN (?"+rep(", ?", n)+")", make([]any, n+1)
					for i := range req.Params {
						req.Params[i] = int64(i)
					}
				} else if req.Text = text(n); len(req.Text) > 64<<10 {
					break
				}
				_, _, err := collect(t.Context(), r.gate, req)
				switch codeOf(err) {
				case "":
					answered++
				case refusal.LimitExceeded, refusal.CanFail:
					refused++
				default:
					t.Errorf("%s: %d %s: %v because of %v", engine, n, what, err, errors.Unwrap(err))
					refused++
				}
				if refused > 0 {
					break // what is larger is refused too
				}
			}
			if answered == 0 {
				t.Errorf("%s: not even 5 %s", engine, what)
			}
		}
	}
}
