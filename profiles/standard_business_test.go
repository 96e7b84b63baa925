package profiles_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/erpshape"
)

// vocabulary is what the page of a portal asks of every ERP: the resources
// with columns that mean the same, and what makes their rows of a document.
var vocabulary = map[string]struct {
	columns []string
	rows    func(d erpshape.Document) []string
}{
	"quotes":       {[]string{"number", "date", "reference", "total_excl_tax", "total", "currency", "status"}, document("quote", "open")},
	"orders":       {[]string{"number", "date", "reference", "total_excl_tax", "total", "currency", "status"}, document("order", "confirmed")},
	"deliveries":   {[]string{"number", "date", "reference", "status"}, delivery},
	"invoices":     {[]string{"number", "date", "reference", "total_excl_tax", "total", "currency", "due_date", "status"}, invoice},
	"credit_notes": {[]string{"number", "date", "reference", "total_excl_tax", "total", "currency"}, document("credit_note", "")},
	"order_lines":  {[]string{"document", "article", "description", "quantity", "total_excl_tax", "total"}, lines("order")},
	"invoice_lines": {[]string{"document", "article", "description", "quantity", "total_excl_tax", "total"},
		lines("invoice")},
	"due_dates": {[]string{"document", "date", "amount", "status"}, dueDate},
	"payments":  {[]string{"number", "date", "amount"}, payment},
	"payment_allocations": {[]string{"document", "number", "amount"}, func(d erpshape.Document) []string {
		if d.Paid == 0 {
			return nil
		}
		return []string{fmt.Sprintf("%s|%s|%d", d.Number, d.Number[:2]+"RG"+d.Number[4:], d.Paid)}
	}},
}

// document gives the row of a document of a kind, with its status where one is given.
func document(kind, status string) func(erpshape.Document) []string {
	return func(d erpshape.Document) []string {
		if d.Kind != kind {
			return nil
		}
		exclTax, inclTax := d.Total()
		row := fmt.Sprintf("%s|%s|REF %s|%d|%d|EUR", d.Number, d.Date, d.Number, exclTax, inclTax)
		if status != "" {
			row += "|" + status
		}
		return []string{row}
	}
}

func delivery(d erpshape.Document) []string {
	if d.Kind != "delivery" {
		return nil
	}
	return []string{fmt.Sprintf("%s|%s|REF %s|shipped", d.Number, d.Date, d.Number)}
}

func invoice(d erpshape.Document) []string {
	if d.Kind != "invoice" {
		return nil
	}
	return []string{document("invoice", "")(d)[0] + "|" + d.Due + "|" + paid(d, "open", "partially_paid")}
}

func paid(d erpshape.Document, open, partly string) string {
	switch _, inclTax := d.Total(); d.Paid {
	case 0:
		return open
	case inclTax:
		return "paid"
	}
	return partly
}

func lines(kind string) func(erpshape.Document) []string {
	return func(d erpshape.Document) []string {
		if d.Kind != kind {
			return nil
		}
		var rows []string
		for _, l := range d.Lines {
			rows = append(rows, fmt.Sprintf("%s|%s|%s|%d|%d|%d", d.Number, l.Article, l.Text, l.Quantity, l.Total, l.Total*6/5))
		}
		return rows
	}
}

func dueDate(d erpshape.Document) []string {
	if d.Kind != "invoice" {
		return nil
	}
	_, inclTax := d.Total()
	return []string{fmt.Sprintf("%s|%s|%d|%s", d.Number, d.Due, inclTax, paid(d, "late", "late"))}
}

func payment(d erpshape.Document) []string {
	if d.Paid == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s|%s|%d", d.Number[:2]+"RG"+d.Number[4:], d.Due, d.Paid)}
}

// checkVocabulary asks every resource of the vocabulary for a customer's
// documents, which begin with the given letters, and wants what was released
// of them, decoded.
func (r *standardRig) checkVocabulary(t *testing.T, customer string, letters ...string) {
	t.Helper()
	for name, v := range vocabulary {
		text := fmt.Sprintf("SELECT %s FROM %s WHERE %s LIKE 'V%%'", strings.Join(v.columns, ", "), name, v.columns[0])
		if strings.HasSuffix(name, "_lines") {
			text += " AND description NOT LIKE 'Composant%'" // parts of a kit, which only Sage has here
		}
		got := r.ask(t, customer, text)
		var want []string
		for _, d := range erpshape.Business() {
			if d.Released && slices.Contains(letters, d.Customer) {
				want = append(want, v.rows(d)...)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s of %s:\n got  %s\n want %s", name, customer, strings.Join(got, "\n      "), strings.Join(want, "\n      "))
		}
	}
}

// checkNoLeak reads every column of every table of the view as a customer and
// looks for what must not be there.
func (r *standardRig) checkNoLeak(t *testing.T, customer string, never ...string) {
	t.Helper()
	seen := map[string]bool{}
	for _, table := range r.view.Tables {
		var columns []string
		for _, c := range table.Visible.Columns {
			columns = append(columns, `"`+c.Name+`"`)
		}
		rows := r.ask(t, customer, "SELECT "+strings.Join(columns, ", ")+" FROM "+table.Catalog.Name)
		for _, row := range rows {
			for _, word := range never {
				if strings.Contains(row, word) {
					t.Errorf("%s sees %s in %s: %s", customer, word, table.Catalog.Name, row)
				}
			}
		}
		seen[table.Catalog.Name] = len(rows) > 0
	}
	if len(seen) < 15 {
		t.Errorf("only %d tables were read", len(seen))
	}
}
