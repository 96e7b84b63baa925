package filter_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/audit"
)

// attached is the shop with files of its documents.
const attached = shop + `resources:
  orders:
    name: {fr: commandes}
    table: docs
    where: kind = 1
    columns: {number: {from: ref}, id: {from: id}}
    files:
      scans: {table: scans, on: [[id, doc]], where: "public = 1", path: [folder, name], name: name, root: documents}
      printed: {pattern: "orders/{ref}-{cost}.pdf", root: documents}
      blobs: {table: scans, on: [[id, doc]], bytes: body, name: name}
`

const scans = ledger + `
CREATE TABLE scans (doc int NOT NULL, folder varchar(20), name varchar(60), public smallint, body blob);
INSERT INTO scans VALUES (1,'a','one.pdf',1,NULL),(1,'b','two.pdf',0,x'6869'),(4,'b','theirs.pdf',1,x'00');
`

func names(r filter.FileRow) string {
	var all []string
	for _, f := range r.Files {
		all = append(all, f.Source+":"+f.Root+":"+f.Path+":"+f.Name)
	}
	return strings.Join(all, " ")
}

func TestFilesAreThoseOfTheCustomersRows(t *testing.T) {
	r := newRig(t, scans, attached)
	ask := func(customer, resource, key string) string {
		row, err := r.gate.Files(t.Context(), filter.FileRequest{Caller: as(customer), Resource: resource, Key: key})
		if err != nil {
			return fmt.Sprint("! ", err)
		}
		return fmt.Sprint(row.Resource, row.Keys, " ", names(row))
	}
	// A hidden column may be a part of a path: cost is.
	const mine = "orders[A-1] blobs:::two.pdf printed:documents:orders/A-1-60.pdf: scans:documents:a/one.pdf:one.pdf"
	for _, c := range [][2]string{{"orders", "A-1"}, {"commandes", "A-1"}, {"ORDERS", "A-1"}, {"orders", "id:1"}} {
		if got := ask("ANNA", c[0], c[1]); got != mine {
			t.Errorf("%v: %s", c, got)
		}
	}
	const none = "! there is no such file"
	for _, c := range [][3]string{{"BORIS", "orders", "A-1"}, {"ANNA", "orders", "B-1"}, {"ANNA", "orders", "A-2"}, {"ANNA", "docs", "A-1"}, {"ANNA", "orders", ""}, {"ANNA", "orders", "id:4"},
		{"ANNA", "orders", "id:01"}, {"ANNA", "orders", "id:x"}, {"ANNA", "orders", "A-1\x00"}, {"ANNA", "orders", "\xff"}, {"ANNA", "scans", "1"}} {
		if got := ask(c[0], c[1], c[2]); got != none {
			t.Errorf("%v: %s", c, got)
		}
	}
	row, err := r.gate.Files(t.Context(), filter.FileRequest{Caller: as("ANNA"), Resource: "orders", Key: "A-1"})
	if err != nil {
		t.Fatal(err)
	}
	content, err := r.gate.Content(t.Context(), filter.FileRequest{Caller: as("ANNA"), Resource: "orders", Key: "A-1"}, row.Files[0])
	if err != nil || string(content) != "hi" {
		t.Errorf("content %q, %v", content, err)
	}
	if content, err := r.gate.Content(t.Context(), filter.FileRequest{Caller: as("BORIS"), Resource: "orders", Key: "A-1"}, row.Files[0]); !errors.Is(err, filter.ErrNoFile) {
		t.Errorf("Boris gets %q, %v", content, err)
	}
}

// TestNoFileIsLookedUpOrOpenedUnaudited: where the audit cannot be written, no
// file is found and none is opened.
func TestNoFileIsLookedUpOrOpenedUnaudited(t *testing.T) {
	r := newRig(t, scans, attached)
	ask := filter.FileRequest{Caller: as("ANNA"), Resource: "orders", Key: "A-1"}
	row, err := r.gate.Files(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	before := len(r.audit.entries)
	done, err := r.gate.OpenFile(t.Context(), ask, row, "one.pdf")
	if err != nil {
		t.Fatal(err)
	}
	done(12, nil)
	if last := r.audit.entries[before]; last.Action != audit.ActionFile || last.Front != "files" || last.CustomerID != "ANNA" || last.Decision != audit.Allow ||
		last.Digest != audit.Digest("files/orders/A-1/one.pdf") {
		t.Errorf("the entry is %+v", last)
	}
	if o := r.audit.outcomes[len(r.audit.outcomes)-1]; o.Rows != 12 || o.ID != r.audit.entries[before].ID {
		t.Errorf("the outcome is %+v", o)
	}
	r.audit.broken = errors.New("disk full")
	if _, err := r.gate.Files(t.Context(), ask); codeOf(err) != refusal.AuditDown {
		t.Errorf("looked up: %v", err)
	}
	if _, err := r.gate.OpenFile(t.Context(), ask, row, "one.pdf"); codeOf(err) != refusal.AuditDown {
		t.Errorf("opened: %v", err)
	}
}

// TestWhatAFileSourceSaysWrongIsNobodysToKnow: the profile's words about hidden
// columns and tables stay in the log.
func TestWhatAFileSourceSaysWrongIsNobodysToKnow(t *testing.T) {
	for _, wrong := range []string{"public = 'x' || 1", "nothing = 1", "1 / cost", "SELECT"} {
		r := newRig(t, scans, strings.Replace(attached, "public = 1", wrong, 1))
		_, err := r.gate.Files(t.Context(), filter.FileRequest{Caller: as("ANNA"), Resource: "orders", Key: "A-1"})
		var refused *refusal.Error
		if !errors.As(err, &refused) || refused.Code != refusal.Internal || strings.Contains(refused.Detail, "public") || strings.Contains(refused.Detail, "nothing") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	// A column that the dossier lacks takes its source away, and no other.
	r := newRig(t, scans, strings.Replace(attached, "{cost}", "{absent}", 1))
	row, err := r.gate.Files(t.Context(), filter.FileRequest{Caller: as("ANNA"), Resource: "orders", Key: "A-1"})
	if err != nil || strings.Contains(names(row), "printed") || !strings.Contains(names(row), "one.pdf") {
		t.Errorf("%s, %v", names(row), err)
	}
}
