package trial

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/access"
	"github.com/vantelle/vantelle/internal/strictyaml"
	"github.com/vantelle/vantelle/profiles"
)

// PolicyTest is one expectation beside a profile: what a named customer sees.
type PolicyTest struct {
	Name     string   `yaml:"name"`
	Dossier  string   `yaml:"dossier"`
	Customer string   `yaml:"customer"`        // code, or id: and an id
	SQL      string   `yaml:"sql,omitempty"`   // what he asks; or
	Table    string   `yaml:"table,omitempty"` // all of a table, of which
	Where    string   `yaml:"where,omitempty"` // only some rows
	Rows     string   `yaml:"rows,omitempty"`  // "none", "some" or a number; empty: not looked at
	Shows    []string `yaml:"shows,omitempty"`
	Hides    []string `yaml:"hides,omitempty"`
	Refused  bool     `yaml:"refused,omitempty"`
	Line     int      `yaml:"-"`
}

// Outcome is what became of a policy test.
type Outcome struct {
	Name    string `json:"name"`
	Result  string `json:"result"` // "passed", "failed" or "skipped"
	Message string `json:"message,omitempty"`
}

// ReadTests reads policy tests from YAML: {tests: [...]}. The error is Mistakes.
func ReadTests(file, text string) ([]PolicyTest, error) {
	doc := strictyaml.Parse(file, []byte(text), strictyaml.Options{})
	if err := doc.Err(); err != nil {
		return nil, err
	}
	m := doc.Root().Map()
	var all []PolicyTest
	for i, item := range m.Get("tests").List() {
		t := readTest(item)
		at := strictyaml.Item("tests", i)
		switch {
		case t.Name == "":
			doc.Add(at, "give the test a name: a sentence that says what must be so")
		case t.Dossier == "" || t.Customer == "":
			doc.Add(at, "say in which dossier, and for which customer")
		case (t.SQL == "") == (t.Table == ""):
			doc.Add(at, "give sql or table, one of the two")
		case t.SQL != "" && (t.Where != "" || len(t.Shows)+len(t.Hides) > 0):
			doc.Add(at, "where, shows and hides belong to table; write the condition into sql")
		case t.Rows == "" && !t.Refused && len(t.Shows)+len(t.Hides) == 0:
			doc.Add(at, "say what is expected: rows, shows, hides or refused")
		case t.Refused && (t.Rows != "" || len(t.Shows)+len(t.Hides) > 0):
			doc.Add(at, "what is refused shows no rows and no columns")
		case t.Rows != "" && !wellFormed(t.Rows):
			doc.Add(at+".rows", "expected none, some or a number")
		}
		all = append(all, t)
	}
	m.Done()
	if err := doc.Err(); err != nil {
		return nil, err
	}
	return all, nil
}

func wellFormed(rows string) bool {
	n, err := strconv.Atoi(rows)
	return rows == "none" || rows == "some" || err == nil && n >= 0 && n <= rowCap
}

func readTest(item strictyaml.Node) PolicyTest {
	m := item.Map()
	t := PolicyTest{
		Name: m.Get("name").Text(), Dossier: m.Get("dossier").Text(), Customer: m.Get("customer").Text(),
		SQL: m.Get("sql").Text(), Table: m.Get("table").Text(), Where: m.Get("where").Text(),
		Rows: m.Get("rows").Word(), Shows: m.Get("shows").Texts(), Hides: m.Get("hides").Texts(),
		Refused: m.Get("refused").Bool(), Line: item.Line(),
	}
	m.Done()
	return t
}

// policyTests runs the tests of a candidate and tells of those that fail.
func (t *Trial) policyTests(ctx context.Context, by access.Administrator, c access.Candidate) ([]profiles.Finding, error) {
	outcomes, err := t.RunTests(ctx, by, c.Profile, c.Book, "tests", c.Tests)
	var mistakes profiles.Mistakes
	if errors.As(err, &mistakes) {
		return profiles.MistakesAsFindings(mistakes), nil
	}
	if err != nil {
		return nil, err
	}
	var all []profiles.Finding
	for _, o := range outcomes {
		f := profiles.Finding{Code: "test_" + o.Result, Place: "tests: " + o.Name, Message: o.Message}
		switch o.Result {
		case "failed":
			f.Severity, f.Remedy = profiles.Error, "correct the profile, or the test"
		case "skipped":
			f.Severity = profiles.Warning
		default:
			continue
		}
		all = append(all, f)
	}
	return all, nil
}

// TestsFor gives what an administrator may read of the policy tests that are kept
// beside a profile: they name customers, and say what there is of them. All of
// it, as it was written, where all of it is his; else the tests of the dossiers
// that he looks after, without the comments. Whoever may shape the profile has to
// carry on tests of dossiers that are not here, as of another site: he gets them
// as well.
func (t *Trial) TestsFor(by access.Administrator, text string, mayShape bool) (string, error) {
	if text == "" || len(by.Dossiers) == 0 {
		return text, nil
	}
	tests, err := ReadTests("tests", text)
	if err != nil {
		return "", nil // whose they are cannot be told, nor what is in them
	}
	var his []PolicyTest
	for _, test := range tests {
		if _, here := t.dossier(test.Dossier); by.LooksAfter(test.Dossier) || !here && mayShape {
			his = append(his, test)
		}
	}
	switch len(his) {
	case len(tests):
		return text, nil
	case 0:
		return "", nil
	}
	written, err := yaml.Marshal(map[string][]PolicyTest{"tests": his})
	return string(written), err
}

// RunTests runs policy tests against a profile. A test for a dossier that is
// not here is skipped, and says so; those that the administrator does not look
// after are not here for him.
func (t *Trial) RunTests(ctx context.Context, by access.Administrator, p *profiles.Profile, book *profiles.Book, file, text string) ([]Outcome, error) {
	if text == "" {
		return nil, nil
	}
	tests, err := ReadTests(file, text)
	if err != nil {
		return nil, err
	}
	outcomes := make([]Outcome, len(tests))
	for i, test := range tests {
		outcomes[i] = Outcome{Name: test.Name, Result: "passed"}
		d, here := t.dossier(test.Dossier)
		switch {
		case !here || !by.LooksAfter(test.Dossier):
			outcomes[i].Result, outcomes[i].Message = "skipped", "there is no dossier "+test.Dossier+" here"
			continue
		case d.ERP != p.ERP:
			outcomes[i].Result, outcomes[i].Message = "failed", "the dossier is a "+d.ERP+", and the profile is for "+p.ERP
			continue
		}
		who, err := t.customer(ctx, by, test.Dossier, test.Customer)
		if err == nil {
			err = run(ctx, t.as(by, who, p, book, "policy_test"), test)
		}
		if err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			outcomes[i].Result, outcomes[i].Message = "failed", reason(err)
		}
	}
	return outcomes, nil
}

// run gives as an error what is not as expected.
func run(ctx context.Context, a asker, test PolicyTest) error {
	query := test.SQL
	if test.Table != "" {
		v, err := a.gate.View(ctx, a.caller)
		if err != nil {
			return err
		}
		schema, name := "", test.Table
		table := v.Table(schema, name)
		if table == nil {
			if test.Refused {
				return nil
			}
			return fmt.Errorf("the customer has no table %s", test.Table)
		}
		for _, c := range test.Shows {
			if table.Visible.Column(c) == nil {
				return fmt.Errorf("column %s is not shown", c)
			}
		}
		for _, c := range test.Hides {
			if table.Visible.Column(c) != nil {
				return fmt.Errorf("column %s is shown", c)
			}
		}
		query = selectOf(table.Catalog, []string{table.Visible.Columns[0].Name})
		if test.Where != "" {
			query += " WHERE " + test.Where
		}
	}
	if test.Rows == "" && !test.Refused {
		return nil
	}
	n, err := counted(ctx, a, test, query)
	var refused *refusal.Error
	switch {
	case test.Refused && errors.As(err, &refused) && !unavailable(err):
		return nil
	case err != nil:
		return err
	case test.Refused:
		return errors.New("it is answered, and should be refused")
	case test.Rows == "none" && n > 0, test.Rows == "some" && n == 0:
		return fmt.Errorf("%d rows, expected %s", n, test.Rows)
	}
	if want, err := strconv.Atoi(test.Rows); err == nil && want != n {
		return fmt.Errorf("%d rows, expected %d", n, want)
	}
	return nil
}

// counted counts the rows of a test's query, which may have a limit of its own.
func counted(ctx context.Context, a asker, test PolicyTest, query string) (int, error) {
	if test.Table != "" {
		n, _, err := a.count(ctx, query, nil, rowCap)
		return n, err
	}
	n := 0
	err := a.each(ctx, query, nil, func([]any) error { n++; return nil })
	return n, err
}
